"""Whether weights are open, as the names of licenses say; unknown names say nothing."""

import pytest

from site_builder.compute.catalog import has_open_weights


@pytest.mark.parametrize(
    ("license_text", "is_open"),
    [
        ("Apache 2.0", True),
        ("cc-by-nc-4.0", True),
        ("llama3.1", True),
        ("Meta Llama 4 Community", True),
        ("gemma-terms-of-use", True),
        ("nvidia-open-model-license", True),
        ("Mistral AI Research License", True),
        ("Proprietary", False),
        ("API only", False),
        ("Closed source", False),
        ("other", None),
        ("Mistral commercial license", None),  # names a company, no license
        ("non-proprietary", None),
        ("OpenAI terms", None),
        ("permit", None),  # ends in a name
        (None, None),
    ],
)
def test_open_weights_by_license(license_text, is_open):
    assert is_open is has_open_weights(license_text)
