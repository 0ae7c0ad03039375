"""Notes written by hand, each another way of writing; all people and numbers are made up.

`<kind|text>` marks an identifier. They came in lots: each was run once before anybody looked at its
misses (the README has the figures), then those were mended. "test" is the last lot.
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
            "Last seen <date|3/14>; next visit <date|April 2nd>. Dictated by <name|Helen Brandt>, MD. Fax <phone|555-0173>.",
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
            "cc: Dr. <name|Petrosyan>; <email|records [at] clinic dot example>; http log shows <ip|2001:db8::8a2e:370:7334>",
        ),
        (
            "en",
            "<name|KOWALSKI> remained afebrile. Plan d/w Nurse <name|Abernathy>. D/C <date|10/2/23>.",
        ),
        (
            "en",
            "He flew from <place|Karachi> on the <date|9th of November> and drives a van, registration <vehicle|BX71 OLP>.",
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
            "Nombre: <name|Ainhoa Etxeberria Zubiri>. Fecha nac.: <date|7/8/1929> (<age|94> años). Hª clínica <record|331-88-20>.",
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
        (
            "en",
            "Thank you for asking me to see <name|Rosemary Attwood>, aged 44, of <place|27 Orchard Rise, Ludlow>.",
        ),
        (
            "en",
            "Patient ID: <record|GX-7730142>. Sample taken <date|11/28/2022> at <institution|Lakeside Family Practice>.",
        ),
        (
            "en",
            "On <date|29 February 2024> Dr <name|Nwachukwu> spoke to her son <name|Declan> on <phone|+44 7700 900777>.",
        ),
        (
            "en",
            "He has lived in <place|Saskatoon> since <date|July 2015>; health number <record|904 118 227>.",
        ),
        (
            "en",
            "Mr. <name|T. Aldridge>, a <age|91>-year-old veteran, walked into <institution|Mercy General Hospital>.",
        ),
        (
            "en",
            "Records were e-mailed to <email|p.lindqvist@example.net> by nurse <name|Lindqvist> on <date|Wednesday, 7 June>.",
        ),
        (
            "en",
            "Her neighbour <name|Agnieszka> found her; police of <place|Fife> brought her in at 03:10.",
        ),
        (
            "en",
            "Implant: hip stem, lot <device|77A20419>, serial no. <device|HX-00291834>. Surgeon: Mr <name|Farouk Haddad>.",
        ),
        ("en", "Wife <name|Yolanda Prescott> (cell <phone|303-555-0148>) holds power of attorney."),
        (
            "en",
            "<name|Okonkwo> says he stopped the tablets before <date|Easter 2023>. Works at <institution|Jaguar Land Rover>.",
        ),
        (
            "en",
            "Claim no. <record|CLM-5520-8891>, certificate <record|C-204418>, vehicle <vehicle|YK21 FBD>.",
        ),
        (
            "en",
            "See <url|www.patients-forum.example/thread/9912>, user <account|@cedarhill77>, from <ip|198.51.100.23>.",
        ),
        (
            "es",
            "Sr. <name|Urrutia Belmonte>, vecino de <place|Cáceres>, remitido por la Dra. <name|Olalla> el <date|4 de julio>.",
        ),
        (
            "es",
            "Su esposa <name|Remedios> aporta informe del <institution|Hospital Río Hortega> de <date|mayo de 2021>.",
        ),
        (
            "es",
            "NHC: <record|77-402918>. Tfno. <phone|611 22 33 44>. Vive en <place|calle Olmo 7, Burgos>.",
        ),
        (
            "fr",
            "Monsieur <name|Théophile Garnier>, <age|95> ans, adressé par le Dr <name|Kervella> de <place|Vannes>.",
        ),
        (
            "fr",
            "Examen du <date|14 mars 2023> au <institution|Centre Hospitalier de Pau>. Dossier <record|PX 883021>.",
        ),
        (
            "fr",
            "Sa belle-fille <name|Solène> est joignable au <phone|06 11 22 33 44>; adresse <place|3 impasse des Roses>.",
        ),
        (
            "de",
            "Herr <name|Ottokar Riedl>, <age|92> Jahre, aus <place|Passau>, Aufnahme <date|02.01.2024>, Station 3.",
        ),
        (
            "de",
            "Telefonat mit der Schwiegertochter, Frau <name|Kunigunde Riedl>, unter <phone|08543 123456> am <date|3. Januar>.",
        ),
        (
            "de",
            "Überweisung durch Dr. <name|Grünwald>, <institution|Gemeinschaftspraxis Am Anger>. Pat.-Nr. <record|118-20394>.",
        ),
    ),
    "test": (
        (
            "en",
            "Referral for <name|Imogen Halloway> (DOB <date|17-Sep-1952>), hospital no. <record|RX48821907>.",
        ),
        (
            "en",
            "I met <name|Tobias Renshaw> with his mother <name|Petra> in clinic on <date|Monday 2 October>.",
        ),
        (
            "en",
            "Resident of <place|Galway>; retired from <institution|Guinness>; next of kin: <name|Padraig> on <phone|086 555 0192>.",
        ),
        (
            "en",
            "Pt <name|ABERNETHY>, bed 12, was transferred to <institution|Royal Cornhill Hospital> <date|12/12/2021>.",
        ),
        (
            "en",
            "Discussed with her cardiologist, Dr <name|Sunil Varma>, who reviewed the film on <date|5 Aug>.",
        ),
        (
            "en",
            "She is <age|96> years old and lives alone at <place|5 Birch Grove, Hexham>; her nephew <name|Crispin> visits.",
        ),
        (
            "en",
            "Defibrillator s/n <device|BKM-117204>; driver's licence <record|HOLLO 952175 IH9AB>; portal <url|https://mychart.example/u/4471>.",
        ),
        (
            "en",
            "Text her on <phone|07911 123456> or write to <email|imogen.h@example.co.uk>. SSN <ssn|574-12-3390>.",
        ),
        (
            "en",
            "Grew up in <place|Barrow>, works at <institution|Birchwood Primary School> as a caretaker.",
        ),
        (
            "en",
            "Yours sincerely, <name|Lucinda Farrow>, specialty registrar. Typed <date|14.11.2023>.",
        ),
        (
            "es",
            "Doña <name|Casilda Bermejo>, de <age|93> años, ingresada en <institution|Clínica San Rafael> desde el <date|9 de enero>.",
        ),
        (
            "es",
            "El marido, don <name|Eladio>, teléfono <phone|976 12 34 56>, reside en <place|Calatayud>.",
        ),
        ("es", "Expediente <record|EX 4420911>. Firmado: Dr. <name|Lizarraga>, <date|15/03/2022>."),
        (
            "fr",
            "Je vous adresse Madame <name|Odile Castaing>, née le <date|2 février 1933>, habitant <place|Périgueux>.",
        ),
        (
            "fr",
            "Suivie par le Pr <name|Delattre> à l'<institution|Hôpital Bretonneau>; numéro de dossier <record|774-22-19>.",
        ),
        ("fr", "Son fils <name|Gaspard> (<phone|07 55 44 33 22>) est prévenu le <date|11/07/23>."),
        (
            "de",
            "Frau <name|Hedwig Obermaier>, geboren am <date|19. März 1931>, wohnhaft <place|Gartenweg 4, Rosenheim>.",
        ),
        (
            "de",
            "Einweisung durch Dr. <name|Schattauer> ins <institution|Josefskrankenhaus>; Versicherung <record|T334455667>.",
        ),
        (
            "de",
            "Ihr Enkel <name|Korbinian> (<phone|0172 9876543>) holte sie am <date|Freitag, 6. Oktober>, ab.",
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
        "A 39-year-old runner noticed calf pain after a marathon; D-dimer 2,100 and a clot of the popliteal vein.",
        "He took Ramipril 5 mg and Bisoprolol 2.5 mg; potassium 5.9 mmol/L; the ECG showed tall T waves.",
        "She had Hashimoto disease and vitiligo; a morning cortisol of 90 nmol/L suggested Addison disease.",
        "The murmur was loudest at the apex, grade 3/6, with a click; Doppler confirmed prolapse.",
        "At 32 weeks the fetus measured 29 weeks; umbilical artery flow was absent at end diastole.",
        "Two cousins had died suddenly before the age of 40. Genetic testing found a variant in KCNH2.",
        "Sputum grew Pseudomonas and Stenotrophomonas; he improved on Ceftazidime over ten days.",
        "Lumbar puncture: opening pressure 31 cm, 120 white cells, glucose 1.1, India ink positive.",
        "Varón de 70 años con Parkinson avanzado y neumonía por aspiración; Glasgow 13.",
        "Mujer de 44 años, cefalea en trueno; TC normal, punción lumbar con xantocromía.",
        "Niño de 2 años con invaginación; ecografía con signo de la diana; reducción con enema.",
        "Femme de 68 ans, hyponatrémie à 119, sous Hydrochlorothiazide depuis trois semaines.",
        "Homme de 33 ans, uvéite antérieure, HLA-B27 positif, lombalgies matinales.",
        "Nourrisson de 8 mois, convulsion fébrile simple, ponction lombaire normale.",
        "Ein 55-jähriger Landwirt mit Fieber, Ikterus und Nierenversagen; Leptospirose serologisch gesichert.",
        "Die Patientin erhielt Cisplatin; am dritten Tag stieg das Kreatinin auf 2,4 mg/dl.",
    ),
    "test": (
        "A 26-year-old cyclist fell on an outstretched hand; the scaphoid view was normal and a cast was applied.",
        "She had been on Lithium for years; TSH 9.1, calcium 2.8 mmol/L and parathyroid hormone was high.",
        "Bronchoscopy showed cobblestoning; biopsies had non-caseating granulomas; ACE 92 U/L.",
        "The tremor was 5 Hz, worse at rest, and improved with Levodopa; a DAT scan was abnormal.",
        "After Ivermectin the itch settled; scrapings had shown Sarcoptes mites.",
        "His father and a brother had colon cancer before 50; MLH1 staining was lost.",
        "She vomited for two days after a buffet; stool was positive for Norovirus; creatinine 190.",
        "Mujer de 51 años con artritis reumatoide tratada con Metotrexato y tos seca de un mes.",
        "Varón de 38 años, dolor en fosa iliaca derecha, Alvarado 8, apendicectomía sin incidencias.",
        "Patient de 45 ans, éthylisme chronique, ascite, score de Child-Pugh C, varices grade 2.",
        "Fillette de 7 ans, purpura des membres inférieurs, douleurs abdominales, protéinurie.",
        "Ein 30-jähriger Mann mit Hodenschmerz; im Doppler fehlender Fluss; Notoperation nach zwei Stunden.",
        "Die Patientin hatte nach Amoxicillin ein Exanthem; Verdacht auf Mononukleose, EBV positiv.",
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
        "Allen test negative, Spurling positive, Hawkins and Neer positive, Yergason negative.",
        "Cincinnati score 2; Ottawa ankle rules met; Canadian C-spine rule applied; Cambridge protocol.",
        "Lucas device, Sengstaken tube, Hickman line, Robinson drain and Thomas splint were used.",
        "Miller Fisher variant, Austrian syndrome, Caroline of the lids no, Carney complex yes.",
        "Enterobacter, Serratia, Morganella, Kingella and Gardnerella were not grown.",
        "FLT3-ITD, TP53 R175H, c.35delG, p.Cys282Tyr, NM_004992.3, dbSNP rs1800562.",
        "PHQ-9 14/27, MMSE 22/30, MRS 3, NYHA III, ASA 2, T2N1M0, 3 x 4 x 5 cm, 10/min.",
        "Signo de Murphy, triángulo de Calot, ligamento de Treitz, prueba de Allen.",
        "Manœuvre de Lasègue, triangle de Scarpa, signe de Babinski, échelle de Borg.",
        "Morbus Wilson, Kocher-Schnitt, Trendelenburg-Zeichen, Sims-Lagerung.",
    ),
    "test": (
        "Schilling test, Ham test, Paul-Bunnell test, Widal titre 1:160, Weil-Felix negative.",
        "Dukes B, Clark level IV, Enneking stage, Evans stage 4, Jewett C, Whitmore D1.",
        "Turner, Noonan, Williams and Marfan features were sought by the geneticist.",
        "Leeds-Keio ligament, Charnley hip, Austin Moore prosthesis, Ilizarov frame.",
        "Proteus, Providencia, Borrelia, Rickettsia, Francisella and Tropheryma serology.",
        "MYD88 L265P, CALR type 1, IDH1 R132H, c.1521_1523delCTT, ENST00000357654, HGNC:1100.",
        "CRP 5/12/48/96 over four days; GFR 90/60/30; visual fields 30-2; audiogram 10-20-40.",
        "Maniobra de Phalen, prueba de Schober, signo de Kernig, índice de Charlson.",
        "Signe de Kernig, maladie de Crohn, score de Glasgow, test de Tzanck.",
        "Lachman-Test, Ludwig-Angina, Bence-Jones-Protein, Virchow-Trias.",
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
