"""Words that publishers put over chapters and parts, in the languages we read, and small words that mark a sentence."""

from __future__ import annotations

import re

# A figure, a Roman number, a letter; or a number in words, which ends the line or what comes before a stop.
_NUMBER = (
    r"(?:(?:\d{1,3}|[IVXLC]{1,7}|(?-i:[A-Z]))\b[.:]?(?:\s|$|[—–-])|[^\W\d_]{2,14}(?:-[^\W\d_]{2,10})?(?:$|[.:]\s|[—–]))"
)

_WITH_NUMBER = """
chapter part book section volume canto act scene letter appendix lesson stave
kapitel teil buch abschnitt band akt szene aufzug auftritt anhang
chapitre partie livre tome acte scène lettre annexe
capítulo parte libro tomo acto escena carta apéndice capitulo sección
capitolo libro atto scena lettera appendice sezione
hoofdstuk deel boek bedrijf bijlage afdeling
kapitola část kniha díl rozdział część księga tom akt
глава часть книга раздел том акт сцена письмо частина розділ част
κεφάλαιο μέρος βιβλίο kapittel del bok avsnitt luku osa kirja fejezet rész könyv
bölüm kısım kitap bab bagian bahagian chương phần capitolul partea cartea поглавље пети
""".split()

_ALONE = """
abstract introduction conclusion conclusions preface foreword prologue epilogue contents acknowledgments
acknowledgements references bibliography appendix notes footnotes copyright dedication afterword summary
einleitung vorwort nachwort inhalt inhaltsverzeichnis zusammenfassung fazit danksagung anmerkungen literatur
introduction préface conclusion prologue épilogue remerciements bibliographie sommaire résumé
introducción prefacio prólogo epílogo conclusión conclusiones agradecimientos bibliografía índice resumen
introduzione prefazione prologo epilogo conclusione conclusioni ringraziamenti bibliografia indice
introdução prefácio conclusão conclusões epílogo sumário inleiding voorwoord nawoord conclusie inhoud
введение предисловие заключение эпилог пролог содержание вступ висновки увод предговор заключение
úvod závěr předmluva obsah wstęp zakończenie przedmowa spis giriş önsöz sonuç pendahuluan kesimpulan
目次 序章 終章 あとがき はじめに おわりに 前言 序言 后记 結論 结论 引言 서론 결론 머리말
""".split()

KEYWORDS = re.compile(
    rf"(?:(?:{'|'.join(sorted(set(_WITH_NUMBER), key=len, reverse=True))})\s+{_NUMBER}"
    rf"|(?:{'|'.join(sorted(set(_ALONE), key=len, reverse=True))})[.:]?$"
    rf"|[^\W\d_]{{4,14}}\s(?:{'|'.join(sorted(set(_WITH_NUMBER), key=len, reverse=True))})[.:]?$"
    r"|[一二三四五六七八九十]{1,3}、\S{1,20}$"
    r"|第[\d〇一二三四五六七八九十百千]{1,6}[章回節节部篇話话卷]|제\s?\d{1,3}\s?[장절부])",
    re.IGNORECASE,
)

ALONE = re.compile(
    rf"(?:\d{{1,2}}\.?\s+|[IVX]{{1,4}}\.?\s+)?(?:{'|'.join(sorted(set(_ALONE), key=len, reverse=True))})[.:]?",
    re.IGNORECASE,
)

SMALL_WORDS = frozenset(
    """is are was were has have had will would can shows describes deals tells begins and or that which who
    ist sind war hat wird und est sont était et qui es son era y que è sono fu e che het zijn en""".split()
)

CONTENTS = re.compile(
    r"[#=*]{0,4} ?(?:table of )?contents:?|inhalt(?:sverzeichnis)?:?|table des matières:?|sommaire:?"
    r"|índice(?: general)?:?"
    r"|contenido:?|indice:?|sommario:?|índice:?|sumário:?|inhoud(?:sopgave)?:?|spis treści:?|obsah:?|содержание:?"
    r"|оглавление:?|зміст:?|περιεχόμενα:?|innehåll(?:sförteckning)?:?|indhold(?:sfortegnelse)?:?|innhold:?|sisällys:?"
    r"|i̇çindekiler:?|tartalom(?:jegyzék)?:?|cuprins:?|目次|目录|目錄|차례|목차|المحتويات|الفهرس|תוכן(?: העניינים)?",
    re.IGNORECASE,
)

# Words by which a sentence announces what somebody says, writes or has written somewhere.
ANNOUNCES = re.compile(
    r"\b(?:said|says?|saying|wrote|writes?|written|reads?|answered|answers?|replied|asked|asks?|told|tells|adds?|added"
    r"|stat(?:es|ed)|declared|explain(?:s|ed)|recalls?|quotes?|quoted|inscri\w+|chalked|points? out"
    r"|sagte?|schrieb|schreibt|geschrieben|steht|stand|heißt|hieß|lautete?|antwortete|fragte|erklärte?|Inschrift"
    r"|dit|disait|écrivit|écrit\w*|répondit|répond|lit|lisait|déclar\w+|expliqu\w+|ajout\w+|inscription"
    r"|dijo|dice|decía|escribió|escrib\w+|escrito|responde|respondió|preguntó|reza|rezaba|explica|añad\w+|ponía"
    r"|disse|dice|scrisse|scritt[oa]|rispose|chiese|spiega|aggiunge|frase|recita"
    r"|diz|dizia|escreveu|escrit[oa]|respondeu|perguntou|explica|palavras|lê-se"
    r"|zei|zegt|schreef|schrijft|geschreven|antwoordde|vroeg|staat|luidt"
    r"|powiedział\w*|mówi|napisał\w*|odpowiedział\w*|odpisał\w*|zapytał\w*|pisze|brzmi\w*"
    r"|řekl\w*|říká|napsal\w*|odpověděl\w*|píše|stojí"
    r"|сказал\w*|говорит|написа\w+|пишет|ответил\w*|спросил\w*|гласит|записан\w*|надпись|запись|отмеч\w+"
    r"|είπε|λέει|έγραψε|γράφει|απάντησε|γραμμή|sade|säger|skrev|skriver|skrivet|svarade|står|lyder"
    r"|dedi|diyor|yazdı|yazıyor|yazar|cevap\w*|sagde|siger|svarede|sa|sier|svarte|sanoi|sanoo|kirjoitti|lukee)\b"
    r"|说|說|道|写|寫|曰|云|答|贴了|言|書い|書か|書く|答え|とある|말했|적혀|썼|쓰여|적었|كتب|قال|يقول|כתב|כתוב|אמר",
    re.IGNORECASE,
)

# Headings over notes and sources.
NOTES = re.compile(
    r"(?:\d{1,2}\.?\s+|[IVX]{1,4}\.?\s+)?(?:(?:end|foot)?notes?|references?|(?:select(?:ed)? )?bibliography|sources"
    r"|works cited"
    r"|anmerkungen|fußnoten|endnoten|literatur(?:verzeichnis)?|quellen|références?|bibliographie|notas?|referencias"
    r"|fuentes|bibliografía|riferimenti|fonti|bibliografia|referências|fontes|(?:voet|eind)?noten|bronnen|literatuur"
    r"|przypisy|źródła|literatura|poznámky|zdroje|примечания|сноски|источники|литература|примітки|джерела"
    r"|σημειώσεις|πηγές|βιβλιογραφία|(?:fot)?noter|källor|referenser|kilder|viitteet|lähteet|(?:dip)?notlar|kaynakça"
    r"|jegyzetek|irodalom|注|注释|註釋|参考文献|參考文獻|脚注|注釈|각주|참고문헌|미주|הערות|מקורות|الهوامش|المراجع|المصادر):?",
    re.IGNORECASE,
)
