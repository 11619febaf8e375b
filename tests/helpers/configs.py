"""What `site.toml` may have."""

from site_builder.config import SiteConfig, section_keys


def config_keys() -> list[str]:
    """Every key of `site.toml` as `section.key`."""
    sections = section_keys(SiteConfig).items()
    return [f"{path[0]}.{key}" for path, keys in sections if len(path) == 1 for key in keys]
