"""What the words around tell in four languages: relatives, homes, employers, plates, feasts.

Text is normalised, so accents are gone. A capital alone proves nothing in German: every rule asks
for a word that says who or what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.deid.text.rules import NUMBER_REMOVED, Hit, begin
from cases.deid.text.spans import IdentifierKind
from cases.deid.text.words import EPONYMS, GENERIC_PLACES, NO_NAMES

_CAP = r"[A-Z][a-zß]{1,24}+(?:['\-][A-Z]?[a-zß]{1,24}+){0,2}+|(?:O'|Mc)[A-Z][a-z]{1,24}+"
_LINK = r"(?:de la|de los|de|del|des|du|d'|van der|van|von|zu|al|bin)"
_NAME = rf"(?P<it>(?:[A-Z]\.\s?){{0,2}}(?:{_CAP})(?:\s+(?:{_LINK}\s+)?(?:{_CAP})){{0,2}})"
_PLACE = rf"(?P<it>(?:{_CAP})(?:[\s\-]+(?:(?:{_LINK}|am|an der|upon)[\s\-]+)?(?:{_CAP})){{0,2}})"
_CODE = (
    r"(?P<it>(?=[A-Z0-9 ./\-]{0,24}\d)[A-Z0-9]{1,24}(?:-[A-Z]{1,2}(?= \d))?"
    r"(?:[ ./\-][A-Z0-9]{0,8}\d[A-Z0-9]{0,12}){0,5}(?:[ \-][A-Z]{1,3}\b)?)"
)
_MARK = r"\s*(?:number|num|numero|nummer|no|nr|n|is|code|:|#|\.|\u00b0)*\s*"

_RELATIVES = (
    "wife|husband|son|daughter|mother|father|brother|sister|partner|aunt|uncle|niece|nephew|"
    "grandson|granddaughter|grandmother|grandfather|stepson|stepdaughter|stepmother|stepfather|"
    "cousin|girlfriend|boyfriend|carer|fiancee?|landlord|landlady|flatmate|roommate|esposa|esposo|mujer|marido|hij[oa]|madre|padre|"
    "herman[oa]|pareja|ti[oa]|niet[oa]|abuel[oa]|nuera|yerno|sueg[r]?[oa]|cunad[oa]|prim[oa]|"
    "novi[oa]|sobrin[oa]|gendre|cousine|neveu|niece|petit-fils|petite-fille|femme|epouse|mari|epoux|fils|fille|mere|pere|"
    "frere|soeur|compagne|compagnon|vecin[oa]|voisine?|amig[oa]|dad|mum|mom|grandma|granny|grandad|"
    "papa|mama|dtr|dau|hubby"
)
_VERWANDTE = (
    "Ehefrau|Mann|Ehemann|Sohn|Tochter|Mutter|Vater|Bruder|"
    "Schwester|Lebensgefahrt(?:e|in)|Enkel(?:in)?|Nichte|Neffe|Schwager|Schwagerin|Cousin|"
    "Schwiegersohn|Schwiegertochter|Nachbar(?:in)?|Freund(?:in)?"
)
_KIN = (
    "(?:"
    + "|".join(f"[{word[0].upper()}{word[0].lower()}]{word[1:]}" for word in _RELATIVES.split("|"))
    + ")(?:-in-law)?"
)
_STAFF = (
    r"Dr|Dra|Prof|Pr|Professeur|Nurse|nurse|Sister|Pfleger|Schwester|Kolleg(?:e|en|in)|Oberarzt|"
    r"Oberarztin|Chefarzt|[Ee]nfermer[oa]|[Ii]nfirmiere?|midwife|registrar|consultant"
)
_PERSON = (
    r"Mr|Mrs|Ms|M|MM|Mme|Mlle|Sr|Sra|Srta|Senor|Senora|senora?|Don|don|Dona|dona|Dna|Herr|Herrn|"
    r"Hr|Frau|Fr|Familie"
)
_NAMES: tuple[tuple[str, float, str], ...] = (
    (
        rf"\b{_KIN}(?:\s+joignable)?(?:\s?[,:]?\s+(?:is\s+|named\s+)?|\s\(){_NAME}",
        0.75,
        "a relative",
    ),
    # German writes every noun large: what comes after a comma may be anything.
    (rf"\b(?:{_VERWANDTE})\s+{_NAME}", 0.75, "a relative"),
    (
        r"\b(?:SpR|SHO|FY[12]|HCA|ANP|[Pp]hysio(?:therapist)?|[Pp]harmacist|[Dd]ietitian|"
        r"[Rr]egistrar|[Hh]ealth\s+visitor|[Ss]ocial\s+worker|[Kk]ey\s?worker|[Cc]oordinator)"
        rf"[\s:,]+\(?{_NAME}",
        0.7,
        "a colleague",
    ),
    (
        r"\b(?:parents|sons|daughters|sisters|brothers|children|siblings|twins|boys|girls|grandparents|"
        r"padres|hij[oa]s|herman[oa]s|enfants|Eltern|Kinder|Kindern)[,:]?\s+"
        rf"(?P<it>(?:{_CAP})(?:\s+(?:{_CAP}))?\s+(?:and|y|et|und|&)\s+(?:{_CAP})"
        rf"(?:\s+(?:{_CAP}))?)",
        0.75,
        "relatives",
    ),
    (
        # "Family, F." in quotation marks, in brackets or at the end of a clause.
        rf"(?<![\w'])(?P<it>(?:{_CAP}),\s[A-Z]\.(?:\s?[A-Z]\.)?)(?=[\"',;)\]]|\s*$)",
        0.6,
        "",
    ),
    (rf"\b(?:{_STAFF})\.?\s+(?:(?:Dr|Prof|med)\.?\s+)*{_NAME}", 0.8, "a colleague"),
    (rf"\b(?:{_PERSON})\.?[ ]+(?:(?:Dr|Prof|Kollegin|Kollege)\.?\s+)*{_NAME}", 0.8, "the patient"),
    (
        r"\b(?i:signed|firmado|fdo|gez|unterschrift|signe|signature|sincerely|saludo|regards|"
        rf"grussen|grusse)\b[ .:,]*\s*(?:por\s+|by\s+)?(?:(?:Dra?|Prof|med)\.?\s+)*{_NAME}",
        0.8,
        "a colleague",
    ),
    (rf"\b(?i:berichten|bericht)\s+uber\s+(?:Ihren?\s+Patient(?:en|in)\s+)?{_NAME}", 0.8, ""),
    (
        r"\b(?i:follow[ -]?up|f/u|spoke|met|discussed|reviewed|appointment|call|contact|ring|"
        rf"thanks?|sending|referring|regarding|re:)\s+(?:you\s+for\s+\w+\s+)?(?:with|to|us\s+)?\s*"
        rf"{_NAME}",
        0.6,
        "",
    ),
    (
        r"\b(?:[Dd]ear|[Hh]ello|Hi|Hallo|[Hh]ola|[Ee]stimad[oa]|[Qq]uerid[oa]|[Cc]hers?|"
        r"[Cc]heres?|Liebe[rs]?|"
        r"[Nn]ext\s+of\s+kin|NOK|[Ee]mergency\s+contact|[Bb]aby\s+(?:boy|girl|of)|[Aa]ttn|cc)"
        rf"[:.,]?\s+(?:is\s+)?{_NAME}",
        0.65,
        "",
    ),
    (
        r"\b(?P<it>[A-Z][a-z]{2,20})(?='s\s+(?:mother|father|parents|wife|husband|partner|son|"
        r"daughter|brother|sister|"
        r"family|carer|GP|grandmother|grandfather|girlfriend|boyfriend)\b)",
        0.65,
        "",
    ),
    (
        r"\b(?:by|with|to|from|contact|cc|attn)[:.]?\s+(?P<it>(?:[A-Z]\.\s?){1,3}(?:"
        + _CAP
        + r"))",
        0.65,
        "",
    ),
    (
        rf"(?<![\w'])(?P<it>(?:{_CAP})\s+(?:(?:{_LINK})\s+)?(?:{_CAP}))"
        r"(?=,?\s+(?:\(?aged?\s+\d|\(?age:?\s+\d|\(?\d{1,3}\s?(?:y|F|M|years?)\b|DOB|dob|born\b))",
        0.6,
        "",
    ),
    (rf"\b(?:paciente|patiente?|Patientin|b/o|baby of)\s*[:,]?\s+{_NAME}", 0.65, "the patient"),
)
_HOME = (
    r"(?:[Ll]ives?|[Ll]iving|lived|[Rr]esid(?:es|ing|ent)|[Bb]ased|[Bb]orn|[Gg]rew up|[Ww]orks?|"
    r"moved|[Rr]etired)\s+"
    r"(?:in|to|of|near|at)(?:\s+(?:rural|central|north|south|east|west|downtown|the))?|"
    r"(?:flew|[Tt]ransferred|drove|driven|came|moved|travell?ed|admitted|referred|brought|"
    r"returned|arrived|visiting)"
    r"\s+(?:[a-z]+\s+){0,3}?from|(?:natural|vecin[oa]|procedente|oriund[oa])\s+de|(?:vive|reside|"
    r"residente|nacid[oa]|domicilio)\s+en|habitant(?=\s+[A-Z])|(?:habit(?:e|ant)|demeurant|resid(?:e|ant)|nee?|vit)\s+"
    r"a|originaire\s+de|domicilie\w*\s+a|(?:wohnt|wohnhaft|lebt|lebend|geboren)\s+in|"
    r"(?:stammt|kommt|Patient|Patientin|Mann|Frau|gebürtig|geburtig)\s+aus|"
    r"(?:man|woman|patient|her|him|drove|travelled|transferred|referred|came|comes|flew)\s+from"
)
_CITY = begin(
    rf"\b(?:{_HOME})\s+(?P<it>(?:{_CAP})(?:[\s\-]+(?:(?:{_LINK}|am|an der|upon)[\s\-]+)?(?:{_CAP}))"
    rf"{{0,2}}(?:,?\s\d{{1,4}}(?:,\s(?:{_CAP}))?(?=[.,;)\n]|$))?)"
)
_AT = begin(
    r"\b(?:at|chez|bei\s+der|bei|works?\s+as\s+an?\s+[a-z][a-z \-]{2,30}?\s(?:at|for|in)|"
    r"insured\s+(?:with|by)|[Ii]nsur(?:ance\s*:|er\s*:?)|versichert\s+bei(?:\s+der)?|Krankenkasse\s*:?|"
    r"[Mm]utuelle\s*:?|[Mm]utua\s*:?|asegurad[oa]\s+(?:en|por|con)|[Aa]seguradora\s*:?|"
    r"[Hh]ealth\s+plan\s*:?)\s+(?:the\s+)?"
    rf"(?P<it>(?:[A-Z][a-z]{{2,12}}[A-Z][a-z]{{2,12}}|(?:{_CAP})|(?<=bei der )[A-Z]{{2,5}})(?:'s)?"
    rf"(?:\s+(?:{_CAP})){{0,3}})"
    r"(?![\w\-]|\s+\d)"
)
_HOUSE_WORD = re.compile(
    r"(?<![\w\-])(?P<it>(?:St\.-)?(?:[A-Z][a-z]{2,20}-){1,3}(?:Klinik|Klinikum|Hospital|Krankenhaus|Spital|"
    r"Stift|"
    r"Heim|Schule|Apotheke)(?:\s[A-Z][a-z]{2,20}(?=[.,;)]|\s(?:am|vom|im|mit|seit|von)\b))?|(?!(?:Universitats|Frauen|Kinder|Augen|Haut|Poli|Tages|Reha|Fach|"
    r"Nerven|"
    r"Privat|Zahn|Haupt|Kreis|Stadt|Land|Bezirks|Akut|Lehr|Not|Pflege|Alten|Alters|Senioren|Wohn|"
    r"Studenten|Geburts|Herz|Schmerz|Spezial|Chirurgische)[a-zß]{0,10}?(?:klinik|klinikum|hospital|"
    r"krankenhaus|spital|heim)\b)"
    r"[A-Z][a-zß]{2,20}?(?:hospital|klinikum|krankenhaus|stift|klinik)"
    r"(?:\s[A-Z][a-z]{2,20}(?=[.,;)]|\s(?:am|vom|im|mit|seit|von|zur|bis)\b))?)(?!\w)"
)
_WORK = begin(
    r"\b(?i:works?|worked|working|employed|teacher|nurse|pupil|student|driver|job|engineer|trabaj(?:a|o|aba)|jubilad[oa]|"
    r"travaill(?:e|ait)|arbeitet|emplead[oa]|employee?|beschaftigt|Lehrer(?:in)?|professeur|profesora?|plays|played|"
    r"courier|cashier|cleaner|clerk|manager|welder|mechanic|secretary|chef|porter|builder)\s+"
    r"(?:(?:de|como|comme|als|as\s+an?)\s+[a-zA-Z]\w+\s+)?"
    rf"(?:for|at|by|with|en|de|chez|a|au|bei|der|dans)\s+(?:(?:the|la|le|der|dem)\s+)?{_PLACE}"
)
_HOUSE = re.compile(
    rf"(?<![\w\-])(?P<it>(?:(?:{_CAP}|The|St\.?)\s+){{1,4}}(?:(?:Nursing|Care|Residential|Retirement|"
    r"Rest)\s+Home|Assisted\s+Living)|"
    rf"(?:(?:{_CAP})\s+){{1,3}}(?:(?:Family|Group|General|Medical|Dental)\s+Practice|Pharmacy|"
    r"Laborator(?:y|ies)|Dispensary|(?:Health|Heart|Cardiothoracic|Cancer|Eye|Leisure)\s+Cent(?:er|re)|Infirmary|Hospice|Medical\s+Cent(?:er|re)|Surgery|University|"
    r"College|Academy|Prison|Barracks|(?:Primary|High|Secondary|Elementary|Grammar|Middle)?\s*"
    r"School|Ltd|Inc|GmbH|AG|Corp|R?FC|Football\s+Club|Rugby\s+Club|Church|Mosque|Synagogue|Brewery|"
    r"Airways|Airlines|Diagnostics|(?:Crown|Magistrates)\s+Court|Library|Hotel|Council|Logistics|Shipyard|Foundry|(?:General|Memorial)"
    r"(?=[.,;)]|$|\s(?:on|for|with|who|where|and|in|after|by|last|to|from)\b)))\b"
)
_HOUSE_BEFORE = begin(
    r"\b(?P<it>(?:[Hh]ospital|[Cc]linica|[Hh]opital|[Cc]linique|CHU|CHRU|CH|CHUV|AKH|LKH|HUG|"
    r"[Rr]esidencia|EHPAD|[Cc]olegio|[Ii]nstituto|[Ll]ycee|[Cc]ollege|[Ee]cole|Klinikum|Spital|"
    r"Kantonsspital|Krankenhaus|Klinik|Gemeinschaftspraxis|Praxis|Arztpraxis|Centre\s+[Hh]ospitalier|"
    r"[Cc]entro\s+de\s+[Ss]alud|[Aa]mbulatorio|[Mm]aternite|[Cc]abinet\s+medical|Pflegeheim|Altenheim|Seniorenheim|Grundschule|Gymnasium|"
    r"Kita|Kindergarten|Realschule|Firma|Universidad|Universite|Universitat|Escuela|Boulangerie|"
    r"Pharmacie|Farmacia|Apotheke|"
    r"Universitatsspital)"
    rf"(?:[\s\-]+(?:{_LINK}|Vall|la|las|los|les|St\.?|am|im|an der|in der|zum|zur))*[\s\-]*"
    rf"(?:{_CAP})(?:['\s\-]+(?:d')?"
    rf"(?:{_LINK}\s+)?(?:{_CAP})){{0,2}})"
)
_VEHICLE = begin(
    r"\b(?:(?:licen[cs]e|number)\s+plate|[Pp]lates?|vehicle\s+reg\w*|[Mm]atricula|[Ii]mmatriculation|"
    rf"immatriculee?|[Kk]ennzeichen|VIN|chassis){_MARK}{_CODE}"
)
_PLATE = re.compile(r"(?<![\w\-])(?P<it>[A-Z]{2}\d{2} [A-Z]{3}|[A-Z]{2}-\d{3}-[A-Z]{2})(?![\w\-])")
_DEVICE = begin(
    r"\b(?:[Ss]erial|[Ss]/[Nn]|SN|[Ss]eriennummer|(?:numero|no|n)\.?\s+de\s+serie|UDI|IMEI|"
    r"Serien-Nr)"
    rf"{_MARK}{_CODE}"
)
_RECORD = begin(
    r"\b(?:DNI|NIE|NIF|NUSS|CURP|CPF|RFC|BSN|PESEL|AHV|SVNR|INSEE|NIR|CIP|CIPA|TSI|KVNR|KV-Nr|NHC|IPP|"
    r"[Mm]ember\s+(?:ID|no)|[Gg]roup\s+(?:ID|no)|(?:Vers|Versich|Versicherten|Pat|Fall|Mitglieds|"
    r"Kunden|Konto|Steuer|Akten|SV|AHV)\.?-?"
    r"\s?(?:[Nn]r|[Nn]ummer|ID)|(?:[Hh]osp|[Hh]ospital|[Uu]nit|[Pp]t|[Pp]olicy|NI|SIN|NHS)\s+"
    r"(?:[Nn]o|[Nn]r|[Nn]umber|num)|(?:[Nn]o?|[Nn]um|[Nn]umero)[.\u00b0]?\s+(?:de\s+|d')?(?:la\s+)?(?:historia|adherent|SS|"
    r"assure|allocataire|"
    r"expediente|afiliacion|poliza|colegiado|dossier|securite\s+sociale|patient)(?:\s+clinica)?)"
    rf"{_MARK}{_CODE}"
)
# A word and at once a code of at least three digits in a row.
_HELD = begin(
    r"\b(?:[Mm]utuelle|[Mm]utua|[Pp]oliza|[Ff]uhrerschein|[Pp]asaporte|[Pp]asseport|[Rr]eisepass|"
    r"[Pp]assport|[Pp]ermis(?:o|\s+de\s+conduire)?|[Ll]icen[cs]e|"
    r"[Pp]olicy)"
    rf"{_MARK}(?=[A-Z]{{0,6}} ?[A-Z]{{0,2}}\d{{3}}){_CODE}"
)
_BIOMETRIC = begin(
    r"\b(?i:voice|finger|palm|iris|retinal?|face|facial|biometric)[ -]?"
    rf"(?i:print|scan|template|id)s?{_MARK}(?=[A-Z\-]{{0,6}}\d{{3}}){_CODE}"
)
_BODY = begin(
    r"\b(?P<it>(?:finger|voice|palm)[ -]?prints?\s+(?:scan|on\s+file|template|"
    r"record\w*|taken|stored)|"
    r"(?:iris|retina|face|facial)\s+(?:scan|recognition)\s+(?:template|record|ID|file|login|access)|"
    r"full[ -]face\s+(?:photo\w*|image|picture)s?|(?:photo\w*|picture)s?\s+of\s+(?:his|her|"
    r"their|the\s+"
    r"patient's)\s+face|huellas?\s+dactilar(?:es)?|empreintes?\s+digitales?|Fingerabdruck\w*|"
    r"foto\w*\s+de\s+(?:la\s+|su\s+)?cara|photo\w*\s+(?:de\s+face|du\s+visage)|"
    r"Gesichtsfoto\w*)(?![\w])"
)
_SPACED_CODE = begin(
    r"\b(?i:id|no|number|nr|num|numero|dossier|expediente|historia|mrn|claim|policy|ref|record|"
    r"chart|file|urn)[\s.:#]{1,3}(?P<it>[A-Z]{2,4}\s\d{5,12}|"
    r"(?=[A-Z0-9/\-]{0,20}\d{3})(?=[0-9/\-]{0,20}[A-Z])[A-Z0-9]{1,8}(?:[/\-][A-Z0-9]{1,12}){1,3})"
    r"(?!\w)"
)
_ROAD = begin(
    r"\b(?:at|from|to|in|on|near|off|above|behind)\s+(?:the\s+)?"
    rf"(?P<it>(?:{_CAP})(?:\s+(?:{_CAP}))?\s+(?:Street|Road|Avenue|Lane|Terrace|Crescent|Close)\b"
    rf"(?:,\s+(?:{_CAP}))?)"
)
_STREET = re.compile(
    r"(?P<it>\b(?:Flat|Apt\.?|Apartment|Suite|Appartement|Wohnung)\s\d{1,4}[A-Z]?,\s+(?=\d)|"
    r"\b(?:C/|Avda\.?|Av\.|Pza\.?|Plaza|Paseo|Ctra\.?|Calle|calle|avenida|paseo)\s*"
    rf"(?:{_LINK}\s+|la\s+|los\s+|"
    rf"las\s+)*(?:{_CAP})(?:\s+(?:{_LINK}\s+)?(?:{_CAP})){{0,2}},?\s*(?:n[o.]*\s*)?\d{{1,4}}"
    r"(?:\s*,\s*\d{1,2}[oa]?\s*(?:[A-Z]\b|izda|izq|dcha|der)?\.?)?|"
    r"\b\d{1,4}(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|av\.|boulevard|bd|chemin|impasse|allee|"
    r"place|quai|"
    rf"route|cours)\s+(?:(?:{_LINK}|la|le|les|l')\s*)*(?:{_CAP})(?:[\s\-](?:{_CAP})){{0,2}}|"
    r"\b(?:Am|An der|Im|Zum|Zur|Auf der|In der)\s+[A-Z][a-zß]{2,20}\s+\d{1,4}[a-z]?\b)"
)
_COUNTY = begin(
    rf"\b(?P<it>(?:{_CAP})\s+(?:County|Parish|Township|Borough)|County\s+(?:{_CAP})|"
    r"(?<=\bof\s)(?:Essex|Kent|Surrey|Sussex|Norfolk|Suffolk|Devon|Cornwall|Dorset|Cumbria|Somerset|Fife)|"
    r"(?<=\bin\s)(?:Essex|Kent|Surrey|Sussex|Norfolk|Suffolk|Devon|Cornwall|Dorset|Cumbria|Somerset|Fife)|"
    r"(?!Hampshire\s+Protocol)[A-Z][a-z]{3,12}shire|"
    rf"(?<=in\s)(?:{_CAP}),\s(?:Essex|Kent|Surrey|Sussex|Norfolk|Suffolk|Devon|Cornwall|Dorset|"
    rf"Cumbria|"
    rf"Somerset|Fife|Bayern|Hessen|Sachsen)|(?<=from\s)(?:{_CAP}),\s(?:Essex|Kent|Surrey|Sussex|"
    rf"Norfolk|"
    r"Suffolk|Devon|Cornwall|Dorset|Cumbria|Somerset|Fife))\b"
)
_BRITISH_CODE = re.compile(r"(?<=[a-z] )[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}(?!\w)")
_BEFORE_CODE = re.compile(
    r"(?<![\w./\-])(?:(?:\d{1,4}[A-Z]?,?\s)?[A-Z][a-z]+(?:\s[A-Z][a-z]+){0,2},\s){1,3}"
    r"[A-Z][a-z]+(?:[\s\-][A-Z][a-z]+){0,2},?\s$"
)
_TOWN_CODE = re.compile(
    rf"(?<![\w.,/\-])(?P<it>(?:[A-Z]{{1,2}}-)?\d{{4,5}}\s+(?:{_CAP})(?:[\s\-](?:{_CAP}|am|an der|"
    rf"an dem|im))"
    rf"{{0,2}})(?=\s*(?:[.,;)\n]|$|(?:avec|con)\b))"
)
_NATIONAL = re.compile(
    r"(?<![\w.\-])(?P<it>[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]|756\.\d{4}\.\d{4}\.\d\d|"
    r"[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?)(?![\w])"
)
_MORE_CODES = re.compile(
    r"(?<![\w\-])(?P<it>[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d\d|"
    r"[A-Z]{1,3}\d\d-\d{4,8}|\d{4}-\d\d-\d{4}|"
    r"[A-Z9]{5}\s?\d{6}\s?[A-Z9]{2}\d?[A-Z]{2})(?![\w])"
)
_LOT = begin(
    r"\b(?:[Ll]ot|LOT|[Bb]atch|REF|[Cc]harge)\b[\s.:#]*(?:no\.?|number|nr\.?)?[\s.:#]*"
    r"(?P<it>(?=[A-Z0-9\-]*\d[A-Z0-9\-]*\d)(?=[A-Z0-9\-]*[A-Z\-])[A-Z0-9\-]{5,20})(?!\w)"
)
_OWNED = begin(
    r"\b(?i:at|from|to|in)\s+(?P<it>(?:St\.?\s)?[A-Z][a-z]{2,20}(?:'s|(?<=s)'))(?=\s*(?:[.,;)]|$|\s(?:on|for|with|in|and|"
    r"where|by|"
    r"last|this|since|under|after|before|to|from|Hosp\w*|no|No)\b))"
)
_PHONE = re.compile(
    r"(?<![\w.,\-/+])(?P<it>[679]\d\d(?:[ .\-]\d\d){3}|0\d\d[ .]\d{3}[ .]\d\d[ .]\d\d|"
    r"0\d{3,4} \d{3} \d{3,4}|0[1-9]\d{1,3}[ /\-]\d{5,8})(?![\w]|[.,\-]\d)"
)
_WEEKDAY = (
    "Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:rs(?:day)?)?|Fri(?:day)?|Sat(?:urday)?|"
    "Sun(?:day)?|lunes|martes|miercoles|jueves|viernes|sabado|domingo|lundi|mardi|mercredi|jeudi|"
    "vendredi|samedi|dimanche|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag"
)
_DATES = (
    begin(
        rf"\b(?P<it>(?:{_WEEKDAY})\.?,?\s+(?:the\s+|den\s+|dem\s+|le\s+)?\d{{1,2}}"
        r"(?:st|nd|rd|th|er|[./](?:0?\d|1[0-2])(?:[./]\d{2,4})?)?\b)(?!\s*(?:mg|ml|days|x|:))"
    ),
    begin(
        r"\b(?P<it>(?:Christmas(?:\s+(?:Day|Eve))?|Boxing\s+Day|New\s+Year's(?:\s+(?:Day|Eve))?|"
        r"Easter(?:\s+(?:Sunday|Monday))?|Good\s+Friday|Thanksgiving|Halloween|Nochebuena|Navidad|"
        r"Nochevieja|Semana\s+Santa|Paques|Toussaint|Noel|Weihnachten|Heiligabend|Silvester|"
        r"Ostern|Oster(?:sonntag|montag)|Pfingsten)(?:\s+(?:19|20)\d\d)?)\b"
        r"(?!\s+(?:disease|factor|tree))"
    ),
    # A list of days: "22/9 - wound clean." More than twelve, as 6/12 is a measure of sight.
    re.compile(
        r"(?:^|[.;\n]\s{0,3})(?P<it>(?:1[3-9]|2\d|3[01])/(?:0?\d|1[0-2])(?:/\d{2,4})?)(?=\s*[-:]\s)"
    ),
    begin(r"\b(?:am|vom|bis|ab|seit|zum|geb\.|den)\s+(?P<it>\d{1,2}\.\s?(?:0?\d|1[0-2])\.)"),
    re.compile(
        r"(?<![\w.,/])(?P<it>\d{1,2}(?:st|nd|rd|th|er|\.)?\s*(?:au|al|a|to|-|bis|and|y|et|und|"
        r"&))\s*"
        r"(?=\d{1,2}(?:st|nd|rd|th|er|\.)?\s*(?:de\s+|of\s+)?(?i:jan|feb|fev|mar|apr|abr|avr|may|"
        r"mai|jun|"
        r"jul|jui|aug|ago|aou|sep|oct|okt|nov|dec|dez|dic|ene)[a-z]*\b)"
    ),
    re.compile(
        r"(?<=\d{4})(?:[ ,]+|T)(?:at\s+)?(?P<it>\d{1,2}[:.h]\d{2}(?::\d\d)?(?:\s?[ap]\.?m)?)(?!\w)"
    ),
    begin(
        r"\b(?:on|from|until|by|since|to)\s+the\s+(?P<it>\d{1,2}(?:st|nd|rd|th))"
        r"(?=\s*(?:[.,;)]|to\b|and\b|s?he\b|$))"
    ),
)
_AGES = re.compile(
    r"(?<![\w.,/])(?P<it>(?:9\d|1[01]\d)\s?-?jahrig\w*)|\b(?P<words>noventa(?: y \w+)? anos|"
    r"quatre-vingt-(?:dix(?:-\w+)?|onze|douze|treize|quatorze|quinze|seize) ans)\b",
    re.I,
)
# Found by its end, since every word could be its beginning: fünfundneunzigjährige.
_NEUNZIG = re.compile(r"neunzigjahrige?\w*", re.I)
# What comes after "at" and is no house: times, levels, months.
_SMALL_PLACES = re.compile(
    r"(?:Week|Month|Year|Hour|Level|Stage|Grade|Time|Night|Noon|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|"
    r"Sep|Oct|"
    r"Nov|Dec|Christmas|Easter|Presentation|Admission|Discharge|Baseline|Rest|Home|Least|Birth|"
    r"Follow)"
)
# Larger than a state, or no place at all.
_WIDE = frozenset(
    """
    Spain France Germany Austria Switzerland England Scotland Wales Ireland Europe Africa
    Asia India China America Espana Francia Alemania Allemagne Suisse Espagne Deutschland
    Osterreich Frankreich Spanien Schweiz Italy Italien Italie Italia Brazil Mexico Canada
    Australia Pakistan Bangladesh Nigeria Turkey Syria Thailand Vietnam Japan Intensive
    Emergency Theatre
    """.split()  # noqa: SIM905 - a list of words reads as words
)
_NOBODY = NO_NAMES | _WIDE | GENERIC_PLACES
_ORDINARY = _NOBODY | EPONYMS
_COMPILED = tuple(
    (begin(pattern) if pattern.startswith(r"\b") else re.compile(pattern), score, words)
    for pattern, score, words in _NAMES
)
_CODES: tuple[tuple[re.Pattern[str], IdentifierKind, float], ...] = (
    (_VEHICLE, "vehicle", 0.97),
    (_PLATE, "vehicle", 0.7),
    (_DEVICE, "device", 0.97),
    (_RECORD, "record", 0.9),
    (_HELD, "record", 0.85),
    (_BIOMETRIC, "biometric", 0.85),
    (_NATIONAL, "record", 0.85),
    (_SPACED_CODE, "record", 0.9),
    (_MORE_CODES, "record", 0.75),
    (_LOT, "device", 0.7),
    (_PHONE, "phone", 0.7),
)


def find(text: str) -> Iterator[Hit]:
    """Every find in normalised text; they may overlap."""
    for pattern, score, words in _COMPILED:
        for hit in pattern.finditer(text):
            yield from _proper(hit, "name", score, words or "[name removed]")
    for pattern, kind, score in _CODES:
        for hit in pattern.finditer(text):
            yield Hit(hit.start("it"), hit.end("it"), kind, score, NUMBER_REMOVED)
    for hit in _CITY.finditer(text):
        yield from _proper(hit, "place", 0.6, "a town")
    for hit in _WORK.finditer(text):
        yield from _proper(hit, "institution", 0.6, "an employer")
    for hit in _AT.finditer(text):
        if not _SMALL_PLACES.match(hit["it"]):
            yield from _proper(hit, "institution", 0.5, "an institution")
    for hit in _BODY.finditer(text):
        yield Hit(hit.start("it"), hit.end("it"), "biometric", 0.6, "[removed]")
    for hit in _OWNED.finditer(text):
        yield from _proper(hit, "institution", 0.5, "an institution")
    for hit in _COUNTY.finditer(text):
        yield Hit(hit.start("it"), hit.end("it"), "place", 0.6, "a region")
    for pattern in (_STREET, _ROAD, _TOWN_CODE):
        for hit in pattern.finditer(text):
            yield Hit(hit.start("it"), hit.end("it"), "place", 0.75, "[address removed]")
    for code in _BRITISH_CODE.finditer(text):
        before = _BEFORE_CODE.search(text, max(0, code.start() - 90), code.start())
        if before:
            yield Hit(before.start(), code.end(), "place", 0.75, "[address removed]")
    for hit in _HOUSE_WORD.finditer(text):
        yield Hit(hit.start("it"), hit.end("it"), "institution", 0.65, "a hospital")
    # What is left without the word for a house, which stands behind or before.
    for pattern, own in ((_HOUSE, slice(None, -1)), (_HOUSE_BEFORE, slice(1, None))):
        for hit in pattern.finditer(text):
            if any(w not in GENERIC_PLACES for w in re.findall(r"[A-Z][\w']+", hit["it"])[own]):
                yield Hit(hit.start("it"), hit.end("it"), "institution", 0.72, "an institution")
    for pattern in _DATES:
        for hit in pattern.finditer(text):
            yield Hit(hit.start("it"), hit.end("it"), "date", 0.6, "[date removed]")
    for hit in _AGES.finditer(text):
        yield Hit(hit.start(), hit.end(), "age", 0.9, "90 or older")
    for hit in _NEUNZIG.finditer(text):
        start = hit.start()
        while start and text[start - 1].isalpha():
            start -= 1
        yield Hit(start, hit.end(), "age", 0.9, "90 or older")


def _proper(hit: re.Match[str], kind: IdentifierKind, score: float, words: str) -> Iterator[Hit]:
    """The find without the ordinary words at its end; nothing when it starts with one."""
    start, end = hit.span("it")
    # What stands beside a person is a name even where a disease bears it too.
    ordinary = _NOBODY if kind == "name" else _ORDINARY
    for word in re.finditer(r"\S+", hit["it"]):
        is_initial = re.fullmatch(r"[A-Z]\.", word[0])
        if word[0].strip(".,") in ordinary and not is_initial:
            end = start + word.start()
            break
    if hit["it"][: end - start].strip():
        yield Hit(start, start + len(hit["it"][: end - start].rstrip()), kind, score, words)
