"""What a page says to search engines, as schema.org values for JSON-LD."""

from __future__ import annotations

from typing import Any

from site_builder.addresses import Address, Link
from site_builder.output.urls import Urls, license_link
from site_builder.pages.dataset import Dataset, download_address, file_name
from site_builder.pages.page import Page

_CONTEXT = "https://schema.org/"
ABOUT_THE_DATA = ("home", "data")


def structured_data(page: Page, dataset: Dataset, urls: Urls) -> dict[str, Any] | None:
    """The data set on the pages that present it, the way from the home page on all others.

    None where a page has nothing to say: a way needs absolute addresses.
    """
    if page.address.kind in ABOUT_THE_DATA:
        return dataset_values(dataset, page.address, urls)
    return _way(page, urls) if page.crumbs and page.listed and urls.base_url else None


def dataset_values(dataset: Dataset, page: Address, urls: Urls) -> dict[str, Any]:
    """The data set by schema.org's Dataset; what is not known is absent.

    Source: https://schema.org/Dataset.
    """
    known = {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "name": dataset.name,
        "description": dataset.description,
        "url": urls.canonical(Address("data")),
        "license": license_link(dataset.license) or dataset.license,
        "citation": dataset.citation,
        "version": dataset.release.sha256,
        "dateModified": dataset.release.date,
        "isAccessibleForFree": True,
        "variableMeasured": list(dataset.measured),
        "distribution": _downloads(dataset, page, urls),
    }
    return {name: value for name, value in known.items() if value}


def _downloads(dataset: Dataset, page: Address, urls: Urls) -> list[dict[str, Any]]:
    return [
        {
            "@type": "DataDownload",
            "name": file_name(table, file),
            "contentUrl": urls.absolute_or_relative(page, download_address(table, file)),
            "encodingFormat": file.media_type,
            "contentSize": f"{len(file.content)} B",
            "sha256": file.sha256,
        }
        for table in dataset.tables
        for file in table.files
    ]


def _way(page: Page, urls: Urls) -> dict[str, Any]:
    steps = (*page.crumbs, Link(page.title, page.address))
    return {
        "@context": _CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": place,
                "name": step.text,
                "item": urls.canonical(step.to),
            }
            for place, step in enumerate(steps, start=1)
            if step.to is not None
        ],
    }
