"""Language: what the text states, else what it is written in, else `und`."""

from __future__ import annotations

from dataclasses import replace

from convert.article import Article, Origin, Remark
from convert.text import Habits


def language(article: Article, habits: Habits) -> Article:
    """The article with its language said, and remarked where it could not be told."""
    metadata = article.metadata
    if metadata.language:
        return article
    if habits.language == "und":
        origin = Origin("default", why="too little text to tell")
        remarks = (*article.remarks, Remark("language", 0, "The language could not be told; say it with --language."))
    else:
        origin = Origin("text", why="the words of the text", sure="likely")
        remarks = article.remarks
    origins = (*metadata.origins, ("language", origin))
    return replace(article, metadata=replace(metadata, language=habits.language, origins=origins), remarks=remarks)
