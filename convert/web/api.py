"""The HTTP endpoint for automation: POST /v1/convert, GET /v1/formats and /v1/profiles, GET /health/live."""

from __future__ import annotations

from flask import Blueprint, Response, request

from convert.editions import EDITIONS
from convert.files import house_styles
from convert.settings import Settings
from convert.web.delivery import as_json, called, delivered
from convert.web.order import order_from
from convert.web.pool import Pool


def blueprint(pool: Pool, settings: Settings) -> Blueprint:
    """The routes under /v1 and /health, over `pool`."""
    api = Blueprint("api", __name__)

    @api.post("/v1/convert")
    def convert() -> Response:
        order = order_from(request, settings)
        reply = pool.convert(order.source, order.formats, order.options)
        return delivered(reply, order.source)

    @api.get("/v1/formats")
    def formats() -> Response:
        return as_json(
            [
                {
                    "format": name,
                    "name": f"{called(name)}, {kind.help}",
                    "media_type": kind.media_type,
                    "extension": kind.extension,
                }
                for name, kind in EDITIONS.items()
            ]
        )

    @api.get("/v1/profiles")
    def profiles() -> Response:
        return as_json([{"profile": name} for name in house_styles(settings.profiles)])

    @api.get("/health/live")
    def live() -> Response:
        return as_json({"status": "ok"})

    return api
