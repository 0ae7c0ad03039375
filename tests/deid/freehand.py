"""Notes written by hand, each another way of writing; all people and numbers are made up.

`<kind|text>` marks an identifier. Rules are written with "tuning" before the eyes, never with
"test": of that only the figures are looked at.
"""

# ruff: noqa: E501, RUF001 - a note is one line, and some people's names have other letters

from __future__ import annotations

import re

from tests.deid.notes import Note, Seed

_MARK = re.compile(r"<(?P<kind>[a-z]+)\|(?P<text>[^>]+)>")

NOTES: dict[Seed, tuple[tuple[str, str], ...]] = {
    "tuning": (
        (
            "en",
            "Pt: <name|Maria Gonzalez>  DOB <date|04/11/1957>  MRN: <record|00482913>. CC: chest pain x 2 d. PMH: HTN, DM2.",
        ),
        (
            "en",
            "<name|Whitfield> tolerated the procedure well. Discussed with <name|R. Patel> and the on-call surgeon.",
        ),
        (
            "en",
            "He was seen at <institution|Addenbrooke's> on <date|12 Jan 2023> and later at <institution|Kaiser Permanente>.",
        ),
        (
            "en",
            "Mother (<name|Ngozi Adeyemi>, tel <phone|020 7946 0018>) reports fever since <date|Tuesday 4 April>.",
        ),
        (
            "en",
            "Insurance: Blue Shield, member ID <record|XEH 904417253>, group no. <record|77120-A>.",
        ),
        (
            "en",
            "The patient, a <age|94>-year-old retired teacher from <place|Shrewsbury>, was found on the floor.",
        ),
        (
            "en",
            "Email <email|t.okoye@example.com>, portal <url|https://portal.example.org/p/88123>, IP <ip|203.0.113.42>.",
        ),
        (
            "en",
            "ICD interrogated: model D274, serial <device|PJX604218S>. Licence plate <vehicle|LK19 ZXC> noted by ambulance crew.",
        ),
        (
            "en",
            "<name|SMITH, JOHN A>  |  Ward 4B  |  NHS <record|943 476 5919>  |  Consultant: Mr <name|K. Oyelaran>",
        ),
        (
            "en",
            "She works as a cashier at <institution|Tesco> in <place|Wolverhampton> and lives at <place|12 Acacia Avenue>.",
        ),
        (
            "en",
            "Last seen <date|3/14>; next visit <date|April 2nd>. Dictated by <name|Helen Brandt, MD>. Fax <phone|555-0173>.",
        ),
        (
            "en",
            "<name|Tom> and his sister <name|Priya> both carry the mutation; their father died in <date|May 2019>.",
        ),
        ("en", "Contact: <name|jane doe>, mobile <phone|+1 415 555 0134>, SSN <ssn|219-09-9999>."),
        (
            "en",
            "Driver's license <record|D4471902>, passport <record|K0938417>; account no. <record|4000 1234 5678>.",
        ),
        (
            "es",
            "Paciente: <name|Lucía Fernández Ortega>, <age|91> años, NHC <record|5520183>. Ingreso: <date|14-02-2023>.",
        ),
        (
            "es",
            "Refiere que su nieto <name|Iker> la trajo desde <place|Badajoz>. Médico: Dr. <name|Sanchís>.",
        ),
        (
            "es",
            "Derivado del <institution|Hospital Virgen del Rocío> el <date|2 de mayo>. DNI <record|40123456L>. Tel. <phone|954 21 34 56>.",
        ),
        (
            "es",
            "Domicilio: <place|C/ Mayor 14, 3º B>, <place|28013 Madrid>. Correo: <email|lfo@ejemplo.es>.",
        ),
        (
            "fr",
            "Patient : <name|DUPONT Jean-Marc>, né le <date|12/05/1931>, IPP <record|8003412>. Adressé par le Dr <name|Lemoine>.",
        ),
        (
            "fr",
            "Mme <name|Bouchard> vit à <place|Clermont-Ferrand>, <place|8 rue des Lilas>. Tél <phone|04 73 12 34 56>.",
        ),
        (
            "fr",
            "Hospitalisé au <institution|CHU de Rennes> du <date|3 au 9 juin 2022>. NIR <record|1 31 05 63 113 025 41>.",
        ),
        (
            "de",
            "Pat. <name|Müller, Hans-Peter>, geb. <date|03.07.1930>, Fallnr. <record|20231187>. Hausarzt Dr. <name|Eder>.",
        ),
        (
            "de",
            "Frau <name|Yıldız> aus <place|Castrop-Rauxel> stellte sich am <date|5.11.22> im <institution|Marienhospital> vor.",
        ),
        (
            "de",
            "Der <age|93-jährige> Patient, versichert bei der <institution|AOK Bayern>, Versichertennr. <record|A123456780>, Tel. <phone|0911 555 0142>.",
        ),
    ),
    "test": (
        (
            "en",
            "NAME: <name|Delacroix, Simone>   AGE: 61   MRN#<record|7719-22-084>   ADM: <date|2023-09-30>",
        ),
        (
            "en",
            "Ms. <name|Hollingworth-Baines> rang from <phone|(646) 555-0191> asking for her results; call back before <date|Friday 13th>.",
        ),
        (
            "en",
            "I reviewed this gentleman with Professor <name|Achterberg> at <institution|St. Columba's Hospital> today.",
        ),
        (
            "en",
            "Pt's husband <name|Olumide> states she collapsed at <institution|Heathfield Community College>, where she teaches.",
        ),
        (
            "en",
            "Transferred by air from <place|Inverness>; next of kin <name|Catriona MacAllister> (<phone|07700 900 482>).",
        ),
        (
            "en",
            "A <age|ninety-two year old> lady. Pacemaker s/n <device|ZW-552.10.7>. Plan beneficiary no <record|1EG4-TE5-MK73>.",
        ),
        (
            "en",
            "cc: <name|Dr. Petrosyan>; <email|records [at] clinic dot example>; http log shows <ip|2001:db8::8a2e:370:7334>",
        ),
        (
            "en",
            "<name|KOWALSKI> remained afebrile. Plan d/w <name|Nurse Abernathy>. D/C <date|10/2/23>.",
        ),
        (
            "en",
            "He flew from <place|Karachi> on <date|the 9th of November> and drives a van, registration <vehicle|BX71 OLP>.",
        ),
        (
            "en",
            "Biopsy accession <record|S23-118840>, signed <name|Marguerite Vandenberg>, <date|Oct 30, 2023 14:22>.",
        ),
        (
            "en",
            "Employed by <institution|Northgate Logistics> since 2011; home <place|4410 Willow Bend Drive, Plano, TX 75024>.",
        ),
        ("en", "She told her friend <name|Beatrix> that symptoms began on <date|Boxing Day>."),
        (
            "en",
            "Medicare <record|2950 12345 1>; health card <record|9876 543 217>. Instagram <account|@marlow.runs>.",
        ),
        (
            "en",
            "Seen with his carer, <name|Zbigniew>. Lives in <institution|Larkspur Care Home>, <place|Dunfermline>.",
        ),
        (
            "es",
            "Nombre: <name|Ainhoa Etxeberria Zubiri>. Fecha nac.: <date|7/8/1929> (<age|94 años>). Hª clínica <record|331-88-20>.",
        ),
        (
            "es",
            "La hija, <name|Montserrat>, llama desde el <phone|+34 699 111 222>. Vive en <place|Tarragona>.",
        ),
        (
            "es",
            "Valorado por la Dra. <name|Quintanilla> en <institution|Clínica Santa Elena> el <date|miércoles 18 de octubre de 2023>.",
        ),
        (
            "es",
            "NIE <record|Y2345678Z>, póliza <record|PZ-4410-9923>, matrícula <vehicle|4821 KLM>.",
        ),
        (
            "fr",
            "M. <name|Lefebvre-Moulin>, <age|quatre-vingt-treize ans>, résident de l'<institution|EHPAD Les Glycines> à <place|Quimper>.",
        ),
        (
            "fr",
            "Compte rendu du <date|lundi 6 mars 2023>. Dr <name|A. Benhaddou>, <institution|Clinique du Parc>, fax <phone|02.98.55.01.23>.",
        ),
        (
            "fr",
            "Sa compagne <name|Maëlys> confirme. Mail : <email|m.lefebvre@exemple.fr>. Dossier n° <record|2023/004512>.",
        ),
        (
            "de",
            "Sehr geehrter Herr Kollege <name|Brandstetter>, wir berichten über <name|Gudrun Nowak>, geb. <date|14. Februar 1931>.",
        ),
        (
            "de",
            "Aufnahme am <date|23.10.2023> in die <institution|Sankt-Vinzenz-Klinik>. Tochter <name|Annegret> erreichbar unter <phone|0151 23456789>.",
        ),
        (
            "de",
            "Wohnhaft <place|Lindenstraße 12>, <place|04109 Leipzig>. Kennzeichen <vehicle|L-KM 4471>. KV-Nr. <record|M987654321>.",
        ),
    ),
}
CLEAN: dict[Seed, tuple[str, ...]] = {
    "tuning": (
        "A 67-year-old woman presented with two weeks of progressive dyspnea and orthopnea. BNP was 1,840 pg/mL.",
        "Colonoscopy showed skip lesions consistent with Crohn's disease; he started infliximab 5 mg/kg at weeks 0, 2 and 6.",
        "The Wells score was 6 and CT angiography confirmed bilateral pulmonary emboli. Apixaban 10 mg was given.",
        "Neurological examination: Babinski positive on the left, Romberg negative, power 4/5 in the right arm.",
        "She had no travel history. Cultures grew Klebsiella pneumoniae sensitive to Meropenem.",
        "On day 12 the CD4 count was 180; Pneumocystis prophylaxis with Bactrim was begun.",
        "He smoked 20 pack-years and drank 3 units a week. BMI 31. No allergies.",
        "Echocardiography: EF 35 %, moderate mitral regurgitation, E/A ratio 1.8, TAPSE 14 mm.",
        "In her thirties she was diagnosed with Hashimoto thyroiditis and took Levothyroxine 75 mcg.",
        "Blood gas: pH 7.21, pCO2 58, HCO3 18. She was intubated with a size 7.5 tube.",
        "Hb 8.2, MCV 68, ferritin 4; the stool test was positive. Upper endoscopy showed a Mallory-Weiss tear.",
        "A boy of 4 with Kawasaki disease received IVIG 2 g/kg; z-score of the LAD 2.7.",
        "Paciente con enfermedad de Parkinson en tratamiento con Sinemet; Hoehn y Yahr 3. Caída en domicilio.",
        "Varón de 55 años, fumador, con disnea de esfuerzo. Saturación 88 %. Se inicia Amoxicilina 1 g cada 8 horas.",
        "Mujer de 29 años, G2P1, 34 semanas. TA 160/110, proteinuria +++. Sulfato de magnesio.",
        "Homme de 72 ans, antécédent de maladie de Horton. CRP 120, VS 95. Corticothérapie à 1 mg/kg.",
        "Scanner thoracique : nodule de 8 mm du lobe supérieur droit. Score de Wells à 3.",
        "Enfant de 6 ans, fièvre à 39,5 depuis 5 jours, conjonctivite bilatérale, maladie de Kawasaki évoquée.",
        "Eine 45-jährige Frau mit Morbus Crohn und Fieber bis 39 °C. Leukozyten 15.000. Start mit Piperacillin.",
        "Der Patient klagte über Schwindel; im MRT zeigte sich ein Kleinhirninfarkt. NIHSS 4 Punkte.",
        "Kind, 3 Jahre, mit Husten seit zwei Wochen, Pertussis-PCR positiv, Azithromycin für 5 Tage.",
    ),
    "test": (
        "A 58-year-old man with Barrett's oesophagus underwent radiofrequency ablation; Prague C3M5.",
        "Troponin rose from 12 to 480 ng/L. Angiography showed an occluded RCA and a Xience stent was placed.",
        "She described Raynaud phenomenon for years; ANA 1:640, anti-Scl-70 positive, Rodnan score 18.",
        "Brucella serology was 1:320 after he ate unpasteurised cheese. Doxycycline and Rifampicin for 6 weeks.",
        "The child met 5 of the Duke criteria. Vegetation 11 x 7 mm on the aortic valve.",
        "Sodium 118 mmol/L on arrival, 124 at 24 h, 131 at 48 h. No seizures. Tolvaptan was not used.",
        "MRI of the spine: L5-S1 extrusion with S1 root contact; Lasegue positive at 40 degrees.",
        "A woman in her sixties with Sjögren syndrome had a monoclonal IgM kappa band; Waldenström was excluded.",
        "He was started on Keppra 500 mg twice daily after two Jacksonian seizures.",
        "Kayser-Fleischer rings were absent; ceruloplasmin 0.21 g/L; urinary copper 38 micrograms per day.",
        "Visual acuity 6/12 right, 6/6 left. Goldmann perimetry showed an arcuate scotoma.",
        "A newborn at 38 weeks, birth weight 2,950 g, Apgar 7 and 9, Ballard 37 weeks.",
        "Mujer de 63 años con síndrome de Cushing; cortisol 28 µg/dL tras Nugent. RM con adenoma de 6 mm.",
        "Paciente de 40 años con fiebre Q. Serología de fase II 1/512. Doxiciclina 100 mg cada 12 h.",
        "Lactante de 3 meses, bronquiolitis, VRS positivo, Wood-Downes 7. Oxígeno de alto flujo.",
        "Femme de 35 ans, syndrome de Guillain-Barré après une diarrhée à Campylobacter. Immunoglobulines 5 jours.",
        "Homme de 50 ans, goutte, uricémie 620 µmol/L, tophus du coude. Colchicine puis Allopurinol 300.",
        "Patiente de 19 ans, crise d'asthme sévère, DEP 40 %, sulfate de magnésium et Ventoline.",
        "Ein 62-jähriger Mann mit Morbus Bechterew; Schober 10/11,5 cm; HLA-B27 positiv; Adalimumab.",
        "Die Patientin hatte ein Raynaud-Syndrom und eine Sklerodermie; im CT Wabenmuster basal.",
        "Säugling, 5 Monate, Fieber, Trinkschwäche, Urin mit Leukozyten +++; Sonographie unauffällig.",
    ),
}
HARD: dict[Seed, tuple[str, ...]] = {
    "tuning": (
        "Grade III by Fontaine, Rutherford 4; Texas classification 2B.",
        "Vancouver B2 fracture of the hip; Boston bowel preparation score 8; Rome IV criteria met.",
        "Murphy sign positive, McBurney tender, Rovsing negative, Whipple planned.",
        "Charles Bonnet hallucinations, Oliver sign, Austin Flint murmur, Graham Steell murmur.",
        "Pierre Robin sequence with Ellis van Creveld features was considered.",
        "Staphylococcus aureus, Candida albicans, Yersinia, Listeria, Nocardia, Rothia.",
        "JAK2 V617F, EGFR L858R, BCR-ABL1 p210, HLA-DRB1*15:01, chr7:55191822.",
        "BP 110/70/12/98, GCS E4 V5 M6, 5/5, 10/10 pain, 24/7 care, 1-2-3 rule, lot 12/24.",
        "ISO 5840-3, CE 0123, EN 1789, ISBN 978-3-16-148410-0, PMC7045219.",
        "Mark the site, grant access, will return in May or March if worse, art and faith help.",
        "Hospital day 3, Ward round, Clinic letter, Medical Center protocol, Emergency Department.",
        "Enfermedad de Chagas, signo de Blumberg, maniobra de Valsalva, escala de Norton.",
        "Signe de Lasègue, maladie de Basedow, score de Child-Pugh, méthode de Kleinman.",
        "Morbus Menière, Zeichen nach Blumberg, Typ Weber B, Klassifikation nach Garden.",
    ),
    "test": (
        "Salter-Harris II, Gustilo IIIA, Neer 3, Lauge-Hansen supination, Schatzker V.",
        "Milan criteria exceeded; Barcelona stage B; Ann Arbor IIIB; Los Angeles grade C; Paris 0-IIa.",
        "Trousseau and Chvostek positive, Kernig and Brudzinski negative, Lhermitte present.",
        "Ramsay Hunt, Stevens-Johnson, Henoch-Schonlein and Wolff-Parkinson-White do not rhyme.",
        "Legionella, Bartonella henselae, Coxiella, Ehrlichia, Leptospira, Hanta and Sin Nombre virus.",
        "KRAS G12D, MSH2 c.942+3A>T, NM_000249.4, rs12979860, ENSG00000012048, UniProt P38398.",
        "Spirometry 62/58/71 % predicted; audiogram 20-35-60 dB; ratio 3/4; EDSS 2.5; 6/9-3.",
        "Tylenol, Coumadin, Lasix, Humira, Augmentin, Zofran, Synthroid, Lantus and Advair were stopped.",
        "Bishop 6, Norton 14, Braden 17, Barthel 60, Karnofsky 70, Lawton 5, Zarit 47, Yesavage 9.",
        "Hartmann, Bricker, Roux-en-Y, Ivor Lewis and Puestow were discussed.",
        "The Royal College guideline and the American Heart Association statement agree.",
        "Test de Coombs, índice de Barthel, escala de Glasgow, ley de Frank-Starling.",
        "Test de Schirmer, critères de Duke, indice de Karnofsky, loi de Laplace.",
        "Gleason-Score, Apgar-Werte, Ann-Arbor-Stadium, Child-Pugh B, Braunüle, Foley-Katheter.",
    ),
}


def freehand(seed: Seed) -> list[Note]:
    return [_read(language, marked) for language, marked in NOTES[seed]]


def _read(language: str, marked: str) -> Note:
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        spans.append((len(text), len(text) + len(mark["text"]), mark["kind"]))
        text += mark["text"]
        at = mark.end()
    return Note(language, text + marked[at:], tuple(spans))
