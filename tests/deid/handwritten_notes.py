"""Notes written by hand, each another way of writing; all people and numbers are made up.

`<kind|text>` marks an identifier, without the title before a name. They came in lots: each was run
once before anybody looked at its misses (the README has the figures), then those were mended. "test"
are the last four.
"""

# ruff: noqa: E501, RUF001 - a note is one line, and some people's names have other letters

from __future__ import annotations

import re

from tests.deid.generated_notes import LabelledNote, Seed

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
    "test": (
        (
            "en",
            "Thank you for referring this pleasant 58-year-old plumber, Mr <name|Desmond Achterberg>, whom I reviewed in the breathlessness clinic at <institution|Pinderfields General Hospital> on <date|14.02.2023>.",
        ),
        (
            "en",
            "D/W <name|Siobhan> (daughter, <phone|07700 900 461>) - she is happy with DNACPR. Will visit <date|Thurs 9/11>.",
        ),
        (
            "en",
            "Triage 02:14. <name|HALVORSEN, Ingrid> 71F BIBA from <place|Grimsby>, HR 132 irreg. Amb crew call sign 4417.",
        ),
        (
            "en",
            "This <age|97> year old lady from <institution|Sunnybank Residential Home> was brought in by her grandson <name|Tobias>.",
        ),
        (
            "en",
            "Acct <account|7733-20-1184>, Medicare no. <plan|1EG4-TE5-MK73>, SSN <ssn|219-09-9999>.",
        ),
        (
            "en",
            "Dictated by <name|Ravindra Kulkarni>, MD; transcribed <date|03/07/24>; cc: Dr <name|Bellweather>, <place|44 Harbour Rd, Portland, ME 04101>.",
        ),
        (
            "en",
            'Pathology: received in formalin labelled "<name|Quintero-Webb, L.>", accession <record|S23-018842>, collected <date|2023-06-19>.',
        ),
        (
            "en",
            "I spoke to Dr <name|Oluwaseun> at <institution|Mercy General> who faxed the ECGs (fax <fax|(555) 010-7788>).",
        ),
        (
            "en",
            "Lives alone in a flat above the bakery on <place|Mill Street, Ludlow>; neighbour Mrs <name|Hargreave> has keys.",
        ),
        (
            "en",
            "Pacemaker (Medtronic Azure, S/N <device|RNB482910H>) implanted <date|August 2019> in <place|Leeds>.",
        ),
        (
            "en",
            "He drives a taxi, reg <vehicle|BD51 SMR>, and has held licence <licence|MORGA 657054 SM9IJ> for 30 years.",
        ),
        (
            "en",
            "Patient portal message from <email|d.achterberg [at] mailbox.example>: 'still coughing, photos at <url|https://img.example/albums/3f9>'",
        ),
        (
            "en",
            "Teleconsult from IP <ip|192.0.2.77>; identity confirmed by voiceprint <biometric|VP-20931>.",
        ),
        (
            "en",
            "OT note - pt known to me from last <date|Easter Monday>; husband <name|Gwilym> away at sea until <date|Nov 12th>.",
        ),
        (
            "en",
            '"<name|Mo>" as he likes to be called (<name|Mohammed Al-Rashidi>) plays for <institution|Barnsley Rovers FC>.',
        ),
        (
            "en",
            "Seen w/ Nurse <name|Abernathy>. Plan discussed w/ parents <name|Kofi and Abena Mensah>.",
        ),
        (
            "en",
            "RTC on A1(M) near <place|Wetherby> yesterday, <date|3 Oct>; police ref <record|WY/23/118834>.",
        ),
        (
            "en",
            "She is a dinner lady at <institution|St Oswald's Primary School> and a parishioner of Father <name|Declan>.",
        ),
        (
            "en",
            "NHS No: <record|485 777 3456> Hosp No: <record|RX1 203344> DOB: <date|01-Sep-1949>",
        ),
        (
            "en",
            "Re: <name|Anneliese Vandermolen>, dob <date|9th of May 1988>, <place|Flat 2, 19 Corporation Street, Coventry CV1 1GF>",
        ),
        (
            "en",
            "<name|Jо\u200bhn Pemberton> MRN <record|００４４１８２７> seen on <date|12‑03‑2024>.",
        ),
        (
            "en",
            "Specimen couriered by <institution|Northwind Logistics Ltd>; parcel signed by <name|E. Tsipras> at 08:15 on <date|22 January>.",
        ),
        (
            "es",
            "Paciente de 67 años, <name|Eulalia Figueroa Montes>, natural de <place|Ponferrada>, con DNI <record|45678912S>.",
        ),
        (
            "es",
            "Informe firmado por el Dr. <name|Iñaki Zubizarreta>, <institution|Hospital Universitario de Cruces>, a <date|8 de febrero de 2022>.",
        ),
        (
            "es",
            "Acude acompañada de su hijo <name|Rodrigo>, móvil <phone|655 12 34 90>, correo <email|rodrigo.f@correo.example>.",
        ),
        (
            "es",
            "Ingresó el <date|23/11/2023> procedente de la residencia <institution|Los Almendros>; cama 214-B.",
        ),
        (
            "es",
            "Trabaja de soldador en <institution|Astilleros Reunidos> (<place|Ferrol>). Nº afiliación <plan|28/12345678/40>.",
        ),
        (
            "es",
            "La paciente, de <age|101> años, vive con su sobrina <name|Milagros> en <place|Avda. de la Constitución 14, 3ºB, Sevilla>.",
        ),
        (
            "es",
            "Matrícula <vehicle|4821 KLM>, atendido por la médica <name|Bárbara Quiñones> en el km 32 de la N-340.",
        ),
        (
            "fr",
            "Madame <name|Ségolène Haudecœur>, née le <date|17 juin 1950>, est hospitalisée au <institution|CHU de Rennes> depuis <date|mardi 5 mars>.",
        ),
        (
            "fr",
            "Adressé par le Dr <name|Kervadec> (<place|12 rue des Lilas, 35000 Rennes>, tél. <phone|02 99 00 12 34>).",
        ),
        (
            "fr",
            "N° de sécurité sociale <record|1 52 07 35 238 114 09>; dossier <record|2023-77120>; mutuelle <plan|MGX 4471920>.",
        ),
        (
            "fr",
            "Son mari, <name|Thibault>, boulanger à <place|Vitré>, signale une chute le <date|2 mai> au soir.",
        ),
        (
            "fr",
            "Patient de <age|92> ans suivi à la <institution|Clinique des Peupliers>; photos envoyées à <email|dermato@clinique.example>.",
        ),
        (
            "fr",
            "Compte rendu dicté par le Pr <name|Aurélien Castaing-Roux> le <date|30/01/2024>, relu par l'interne Mlle <name|Sow>.",
        ),
        (
            "de",
            "Wir berichten über Herrn <name|Ekkehard Wiesenthaler>, geb. <date|03.12.1944>, wohnhaft <place|Lindenstraße 8, 48143 Münster>.",
        ),
        (
            "de",
            "Zuweisung durch Hausärztin Dr. <name|Öztürk>, <institution|Praxis am Markt>, Tel. <phone|0251 / 99 88 77>.",
        ),
        (
            "de",
            "Die Tochter <name|Friederike> aus <place|Osnabrück> rief am <date|Montag, 6. November> an.",
        ),
        (
            "de",
            "Aufnahme im <institution|Marienhospital Bottrop> am <date|24.12.23>, Fallnummer <record|1100448821>, Versicherten-Nr. <plan|K772910034>.",
        ),
        (
            "de",
            "Der <age|95>-jährige Patient war Schlosser bei <institution|Henrichshütte>; Führerschein <licence|B072RRE2I55>.",
        ),
        (
            "de",
            "Befund an <email|sekretariat@praxis-beispiel.example>, Kennzeichen <vehicle|MS-RT 4471>, Implantat-SN <device|4410-Z7781>.",
        ),
        (
            "en",
            "Asked to see this 34F, <name|Chiamaka>, G2P1 at 31/40, by her community midwife <name|Rosalind Thwaite>. Booked at <institution|Queen Charlotte's>.",
        ),
        (
            "en",
            "Letter to GP: Mr <name|Ptolemy Ashgrove>, <place|7 The Paddocks, Thirsk YO7 3QT>. Tel (home) <phone|01845 555 012>.",
        ),
        ("en", "<date|22/9> - wound clean. <date|24/9> - sutures out by SN <name|Okafor>."),
        (
            "en",
            "Pt is a retired judge of the <institution|Truro Crown Court>; prefers to be called Judge <name|Penhallow>.",
        ),
        (
            "en",
            "Transferred from <institution|Lakeside Regional Medical Center>, <place|Duluth>, MN, on <date|July 19> under Dr. <name|Xiomara Delacroix-Finch>.",
        ),
        (
            "en",
            "Collateral from sister-in-law <name|Bernadette>: has been wandering since the <date|4th of March>.",
        ),
        (
            "en",
            "Name band reads <name|ABERCROMBIE Fergus> / <record|7781-22-0945> / <date|09.09.1961>.",
        ),
        (
            "en",
            "Her Fitbit (SN <device|8GH2-44719>) logged HR 41 at night. Login <email|fergus.a@inbox.example>.",
        ),
        (
            "en",
            "Social: lodger at the <place|Red Lion, Okehampton>; twin boys <name|Alfie and Jago>.",
        ),
        (
            "en",
            "Prescriber NPI <licence|1093817465>; DEA <licence|AB1234563>; plan ID <plan|H1036-077>.",
        ),
        (
            "en",
            "Bike courier for <institution|Deliveroo>, hit by a van (<vehicle|WX19 KLT>) outside <place|Paddington station>.",
        ),
        ("en", "He turned <age|90> last week - family party at the <institution|Masonic Hall>."),
        (
            "en",
            "Histology (<institution|Quest Diagnostics>, case <record|NY-24-00918>) reported by <name|V. Ramanathan>, MD.",
        ),
        (
            "en",
            "IMG_2291 shows the rash; full-face photo taken with consent by <name|Leticia> on the ward.",
        ),
        (
            "en",
            "Call back Ms. <name|Tran> @ <phone|+1 415-555-0133> ext <phone|4471> before <date|10/30>.",
        ),
        (
            "en",
            "SW note: benefits under case number <record|0048812-B>; landlord Mr <name|Gurpreet Sandhu>.",
        ),
        (
            "es",
            "Varón de <age|93> años, institucionalizado en <institution|Residencia Virgen del Camino>, derivado por el Dr. <name|Lizarralde>.",
        ),
        (
            "es",
            "Su nuera <name|Encarnación> (tel. <phone|91 555 01 77>) refiere caída el <date|jueves 12>.",
        ),
        (
            "es",
            "CIP <record|ABCD 1 850412 03 7>, vive en <place|Travessera de Gràcia 112, Barcelona>.",
        ),
        ("es", "Remitido desde <place|Teruel> el <date|2-4-2024>; pasaporte <licence|XDB004477>."),
        (
            "fr",
            "Vu ce jour M. <name|Baptiste Le Guennec>, <age|91> ans, domicilié <place|4 impasse du Moulin, 29200 Brest>.",
        ),
        (
            "fr",
            "Fille joignable : <name|Solène>, <phone|06 99 88 77 66>. Prochain RDV le <date|12 avril> au <institution|Centre hospitalier de Quimper>.",
        ),
        (
            "fr",
            "IPP <record|80011223>, n° d'adhérent <plan|4477-118-B>, infirmière référente <name|Maëlle Cadiou>.",
        ),
        (
            "de",
            "Herr <name|Ludwig Oberhuber> (*<date|17.08.1938>), <place|Am Anger 3, 83646 Bad Tölz>, wird von seiner Nichte <name|Hannelore> betreut.",
        ),
        ("de", "OP am <date|5.3.> durch OA Dr. <name|Steinbrecher>, Assistenz: Fr. <name|Yıldız>."),
        (
            "de",
            "Pflegedienst <institution|Sonnenschein GmbH>, Fax <fax|08041/445566>, Pat.-Nr. <record|00771829>.",
        ),
        (
            "en",
            "DISCHARGE SUMMARY. Patient: <name|Marguerite Tolliver>. DOB: <date|11/02/1938>. MRN: <record|5502918>. Admitted <date|04/18/2024>, discharged <date|04/23/2024>. Attending: <name|Felix Obradovic>, MD.",
        ),
        (
            "en",
            "Mrs <name|Tolliver> was admitted from <institution|Maple Grove Assisted Living> after a fall. Her niece <name|Paulette> (<phone|802-555-0164>) was informed.",
        ),
        (
            "en",
            "Dear Dr <name|Munro>, Thank you for seeing <name|Callum Reith>, a 19-year-old student at <institution|Strathclyde University>, who lives at <place|88 Byres Road, Glasgow G12 8TB>.",
        ),
        (
            "en",
            "Kind regards, Dr. <name|Henrietta Vosper>, Consultant Rheumatologist, <institution|Royal Devon and Exeter Hospital>.",
        ),
        (
            "en",
            "NHS number <record|401 023 2137>. Seen in clinic on <date|6th November 2023> with his mother, <name|Jacqueline>.",
        ),
        (
            "en",
            "Radiology: CT head <date|2024-01-09> 14:22. Reporting radiologist: <name|S. Venkataraman>. Accession no. <record|CT-7720194>.",
        ),
        (
            "en",
            "Mr. <name|Isaac Thornbury> is a <age|96>-year-old veteran. Medicare ID <plan|9XJ2-QW4-HK71>; email <email|ithornbury@post.example>.",
        ),
        (
            "en",
            "Op note <date|12/Dec/2022>: left THR, Exeter stem, lot <device|G8842137>, serial <device|00417-LX>. Surgeon Miss <name|Yewande Coker>.",
        ),
        (
            "en",
            "Patient moved from <place|Scranton>, Pennsylvania to <place|Bakersfield> in <date|June 2021> and worked for <institution|Union Pacific>.",
        ),
        (
            "en",
            "Plates <vehicle|7KDL392>, driver's license <licence|D4471820>; insurer <institution|Aetna>, policy <plan|W2207 44918>.",
        ),
        (
            "en",
            "Contact: <phone|(020) 7946 0991>, fax <fax|020 7946 0992>, web <url|www.tolliver-family.example>, account <account|GB29 NWBK 6016 1331 9268 19>.",
        ),
        (
            "en",
            "Interpreter Ms. <name|Hoang> present. Son <name|Minh Duc> consented to video recording on <date|Wednesday 17 Jan>.",
        ),
        (
            "es",
            "INFORME DE ALTA. Nombre: <name|Remigio Santolaya Pérez>. F. nac.: <date|02/05/1946>. NHC <record|4471902>. Ingreso: <date|12-03-2024>. Alta: <date|19-03-2024>.",
        ),
        (
            "es",
            "Dra. <name|Covadonga Arrieta>, Servicio de Neurología, <institution|Hospital General de Albacete>. Tel. <phone|967 55 51 23>.",
        ),
        (
            "es",
            "La paciente vive en <place|calle Mayor 23, 2º izda, 26001 Logroño> con su marido <name|Fermín>.",
        ),
        (
            "es",
            "Natural de <place|Úbeda>, jubilado de <institution|Renfe>, <age|90> años. DNI <record|12345678Z>.",
        ),
        (
            "fr",
            "COMPTE RENDU D'HOSPITALISATION. Patient : <name|DELAUNOIS Gaston>, né le <date|04/09/1941>. Entrée le <date|3 janvier 2024>, sortie le <date|11 janvier 2024>.",
        ),
        (
            "fr",
            "Dr <name|Perrine Vasseur>, service de cardiologie, <institution|Hôpital Nord de Marseille>, <phone|04 91 00 55 66>.",
        ),
        (
            "fr",
            "Monsieur <name|Delaunois> habite <place|22 avenue Jean Jaurès, 13004 Marseille> avec sa fille <name|Clémence>.",
        ),
        (
            "fr",
            "NIR <record|1 41 09 13 055 123 45>; courriel <email|g.delaunois@courriel.example>.",
        ),
        (
            "de",
            "ARZTBRIEF. Patientin: <name|Waltraud Hinrichsen>, geb. am <date|21.06.1939>, <place|Deichweg 14, 25813 Husum>. Aufnahme <date|02.02.2024>, Entlassung <date|09.02.2024>.",
        ),
        (
            "de",
            "Mit freundlichen Grüßen, Prof. Dr. <name|Alarich Tönnies>, Chefarzt, <institution|Westküstenklinikum Heide>.",
        ),
        (
            "de",
            "Frau <name|Hinrichsen> lebt in <place|Husum>, Telefon <phone|04841 555 0123>, Sohn <name|Jens-Peter>.",
        ),
        (
            "de",
            "Versichertennummer <plan|A123456780>, E-Mail <email|w.hinrichsen@post.example>, Hausarzt Dr. <name|Petersen>.",
        ),
        (
            "en",
            "ED NOTE  Pt name: <name|Dashiell Crowhurst>   Sex: M   Age: 47   Arrival: <date|Sat 02 Mar 2024> by ambulance from <place|14b Kestrel Court, Basildon>.",
        ),
        (
            "en",
            "HPI: 47M, long-distance lorry driver for <institution|Eddie Stobart>, chest pain while unloading at <place|Felixstowe>. Denies fever.",
        ),
        (
            "en",
            "I reviewed <name|Dashiell> with Dr <name|Amara Nwosu> at 16:30. His partner <name|Lorna Peake> is on her way from <place|Ipswich>.",
        ),
        (
            "en",
            "Discussed with cardiology SpR (<name|Tomasz>), bleep <phone|2217>. Accepted for PCI at <institution|Basildon Cardiothoracic Centre>.",
        ),
        (
            "en",
            "PSYCHIATRY: Ms <name|Ione Marchetti> was brought by police from <place|Clifton Suspension Bridge>. Officer collar number <licence|4471>.",
        ),
        (
            "en",
            "She has worked at the <institution|Bristol Evening Post> since <date|September 2015>; line manager <name|Giles>.",
        ),
        (
            "en",
            "PAEDS: Baby <name|Oyelowo>, born <date|28/02/24> at <institution|St Thomas'>, weight 3.1 kg, mother <name|Folake Oyelowo>, hospital number <record|Z4471029>.",
        ),
        (
            "en",
            "Health visitor <name|Pat Dunmore> tel <phone|07911 123 456> will weigh on Tuesday.",
        ),
        (
            "en",
            "ONCOLOGY MDT: Mr <name|R Featherstone> (<record|H0099218>), <age|91>, adenocarcinoma. Trial ID not applicable.",
        ),
        (
            "en",
            "Insurance: <institution|UnitedHealthcare>, subscriber <plan|904 112 887>, group <plan|77-A21>, auth no <plan|A-5530192>.",
        ),
        (
            "en",
            "Home visit requested: <place|Rose Cottage, Church Lane, Little Snoring NR21 0JB>. Key safe code <account|4471>.",
        ),
        (
            "en",
            "Uploaded from <ip|2001:db8:44::9>; user agent logged; profile <url|facebook.com/ione.marchetti.art>.",
        ),
        (
            "en",
            'WhatsApp from dtr: "Dad (<name|Reg Featherstone>) fell again at the <institution|Kings Head> last <date|Friday 1st>"',
        ),
        (
            "es",
            "NOTA DE URGENCIAS: <name|Leocadia Bustamante Rey>, 74 a., traída por su vecina <name|Amparo> desde <place|Alcorcón>. Tfno <phone|600 112 233>.",
        ),
        (
            "es",
            "Se comenta con la Dra. <name|Zabala> (Cardiología, <institution|Hospital Clínico San Carlos>). Próxima cita: <date|lunes 8 de abril>.",
        ),
        (
            "es",
            "Trabajó en <institution|El Corte Inglés> hasta <date|enero de 2018>. Nº SS <record|28/11223344/55>.",
        ),
        (
            "es",
            "Firmado electrónicamente por <name|Nicanor Belloso> el <date|14/03/2024> a las 18:20.",
        ),
        (
            "fr",
            "OBSERVATION: M. <name|Anselme Poitevin>, <age|90> ans, vit à <place|Saint-Malo> avec son épouse <name|Odile>.",
        ),
        (
            "fr",
            "Adressée par SOS Médecins (Dr <name|Lhermitte-Vidal>) le <date|dimanche 10 mars>. Dossier n° <record|24-00817>.",
        ),
        (
            "fr",
            "Employée à la <institution|Biscuiterie Kerjeanne>, personne de confiance : <name|Gwenaëlle Riou> (<phone|+33 6 55 44 33 22>).",
        ),
        (
            "de",
            "NOTAUFNAHME: <name|Gundula Sperling>, w, 82 J., gebracht vom RTW aus <place|Wilhelmshaven>. Ehemann <name|Eberhard> verständigt (<phone|0171 5550199>).",
        ),
        (
            "de",
            "Verlegung ins <institution|St.-Josefs-Hospital Cloppenburg> am <date|3.4.24>; aufnehmende Ärztin: Dr. med. <name|Swantje Boom>.",
        ),
        (
            "de",
            "Arbeitet als Erzieherin in der <institution|Kita Regenbogen>; wohnt <place|Marktplatz 5 in Jever>.",
        ),
        (
            "de",
            "Rückfragen an Stationssekretärin Frau <name|Behnke>, <email|behnke@klinik.example>.",
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
    "test": (
        "A 43-year-old woman presented with a three-week history of painless jaundice. MRCP showed a Klatskin tumour; CA 19-9 was 840 U/mL.",
        "He was treated with R-CHOP for six cycles and remained in remission at 24 months. Ann Arbor stage III at diagnosis.",
        "Examination revealed Grey Turner's sign. Lipase was 2,400 U/L and CT showed Balthazar grade D pancreatitis.",
        "On day 5 she developed fever; blood cultures grew Escherichia coli sensitive to meropenem. Vancomycin was stopped.",
        "The Dix-Hallpike manoeuvre was positive on the left and the Epley manoeuvre relieved her vertigo within 2 minutes.",
        "Fundoscopy showed Roth spots. Duke criteria were fulfilled and Streptococcus gallolyticus was cultured; colonoscopy followed.",
        "Un varón de 34 años consulta por dolor torácico pleurítico. El ECG muestra elevación difusa del ST; troponina 0,8 ng/mL.",
        "Une femme de 29 ans est adressée pour un purpura vasculaire. La biopsie montre des dépôts d'IgA; créatinine 78 µmol/L.",
        "Ein 51-jähriger Mann stellt sich mit Gewichtsverlust von 12 kg in 4 Monaten vor. Gastroskopie: Barrett-Ösophagus, Los-Angeles-Grad C.",
        "Paediatric Glasgow Coma Scale 14 on arrival; the Kocher criteria gave a score of 3 and the hip was aspirated.",
        "She had taken St John's wort and sertraline. Hunter criteria were met; cyproheptadine was given every 6 hours.",
        "Echocardiography showed McConnell's sign. Alteplase 100 mg over 2 h was given; the Bova score was 5.",
        "Biopsy: Reed-Sternberg cells, CD15+, CD30+, CD20-. Deauville score 2 after two cycles of ABVD.",
        "The Weber test lateralised to the right, Rinne was negative on the right; audiometry confirmed 40 dB conductive loss.",
        "Serum ferritin 14,500 µg/L, HScore 241. Treated with the HLH-94 protocol, then anakinra 2 mg/kg.",
        "Nach 3 Tagen Ceftriaxon fieberfrei; Borrelien-IgM positiv, Liquor mit 120 Zellen/µl. Bannwarth-Syndrom.",
        "El test de Schirmer fue de 3 mm; biopsia de glándula salival con focus score 2. Anti-Ro 240 U/mL.",
        "Le test de Romberg est positif; vitamine B12 à 90 pmol/L. L'IRM montre un hypersignal T2 en C3-C6.",
        "A 71-year-old man with Lewy body dementia was started on rivastigmine 1.5 mg twice daily; the Epworth score was 14.",
        "CT angiography showed a Stanford type B dissection; labetalol was titrated to a systolic of 100-120 mmHg.",
        "A 3-month-old boy presented with projectile vomiting; ultrasound showed a pyloric muscle thickness of 5 mm. Ramstedt pyloromyotomy followed.",
        "Bone marrow showed Auer rods; FLT3-ITD was positive and midostaurin was added on day 8.",
        "Hyponatraemia of 112 mmol/L was corrected at less than 8 mmol/L per day; no osmotic demyelination at 6 weeks.",
        "Una paciente de 45 años con fenómeno de Raynaud y anti-centrómero positivo; capilaroscopia con megacapilares.",
        "Un homme de 66 ans, tabagique à 40 paquets-années, présente une hémoptysie; la TDM montre une masse de 4 cm.",
        "Eine 38-jährige Patientin mit Morbus Basedow; TRAK 12 IU/l, Thiamazol 20 mg wurde begonnen.",
        "Kussmaul breathing, pH 7.02, ketones 6.4. Fixed-rate insulin at 0.1 units/kg/h; potassium 3.1 after 4 h.",
        "The Ottawa ankle rules were negative. Simmonds test was positive and ultrasound confirmed a 3 cm tendo Achillis gap.",
        "Whole-exome sequencing found a heterozygous COL3A1 variant, consistent with vascular Ehlers-Danlos syndrome.",
        "Widal titre 1:320; ceftriaxone 2 g daily for 10 days. Rose spots over the trunk faded by day 6.",
        "A 28-year-old man with sickle cell disease presented with acute chest syndrome; exchange transfusion lowered HbS to 24 %.",
        "Colonoscopy to the caecum showed pancolitis, Mayo score 3; infliximab 5 mg/kg was given at weeks 0, 2 and 6.",
        "She reported 3 weeks of night sweats. PET-CT showed avid nodes, SUVmax 12.4, and biopsy confirmed Hodgkin lymphoma.",
        "The patient was intubated on day 2, proned for 16 hours and extubated on day 9; PaO2/FiO2 rose from 88 to 240.",
        "Paciente de 52 años con fiebre y soplo; ecocardiograma con vegetación de 12 mm; se inició cloxacilina 2 g cada 4 horas.",
        "Patiente de 63 ans, hypertendue, avec une aphasie brutale; NIHSS à 14; thrombolyse à 2 h 10.",
        "Ein 77-jähriger Patient mit Vorhofflimmern unter Apixaban; CHA2DS2-VASc 5, GFR 38 ml/min.",
        "Tumour board: pT3 N1b M0, MSI-high; pembrolizumab 200 mg every 3 weeks for 12 months.",
        "A 66-year-old woman with rheumatoid arthritis on methotrexate developed pancytopenia; folinic acid 15 mg every 6 hours was given.",
        "MRI showed a 2.1 cm lesion in the left frontal lobe; perfusion was raised. Resection was complete and MGMT was methylated.",
        "He was born at 27 weeks, ventilated for 12 days and discharged on home oxygen at 0.1 L/min.",
        "Lumbar puncture: opening pressure 34 cm, protein 1.8 g/L, glucose 1.1 mmol/L, lymphocytes 240.",
        "Mujer de 31 años, gestante de 22 semanas, con trombosis venosa profunda; enoxaparina 1 mg/kg cada 12 horas.",
        "Homme de 58 ans, cirrhose Child-Pugh C, MELD 27; ascite réfractaire, TIPS discuté.",
        "45-jährige Frau, Verdacht auf Sarkoidose, ACE erhöht, bihiläre Lymphadenopathie; Prednisolon 40 mg.",
        "Spirometry: FEV1 1.2 L (44 %), FVC 2.6 L; GOLD 3. Pulmonary rehabilitation and LAMA/LABA were started.",
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
    "test": (
        "Will follow up in May; march fracture of the second metatarsal.",
        "Bell's palsy, House-Brackmann grade IV, on the side of Virginia creeper contact.",
        "Jackson-Pratt drain removed; Penrose left in situ. Foley 16 Fr.",
        "Angelman, Williams and Turner syndromes were excluded by array CGH.",
        "Lancet 2019;394:1145-58. N Engl J Med 2021; 384: 693-704.",
        "Sonic hedgehog and Frizzled expression; KRAS G12D, TP53 R175H.",
        "Salmonella Dublin and Coxiella burnetii were grown; Marburg was negative.",
        "Hartmann's procedure, then Hartmann's solution 1 L; Hickman line.",
        "Norwalk virus, Lyme disease, Zika, West Nile and Rift Valley fever serology sent.",
        "Braden 14, Waterlow 22, Barthel 35, Norton 11.",
        "Trendelenburg gait, Thomas test 20 degrees, Patrick test positive.",
        "Christmas tree pattern; café au lait; port wine stain.",
        "Sister chromatid exchange; Charcot-Leyden crystals; Howell-Jolly bodies.",
        "The Manchester score and the Leeds criteria were compared; Oxford grade 4.",
        "JAMA Intern Med 2020;180:1-9; doi 10.1001/jama.2020.1234.",
        "April showers of petechiae; August mean PEF 340.",
        "Warfarin, Will's eye protocol, Parks 3-step test, Cloquet canal.",
        "Nissen then Dor wrap; Heller myotomy 6 cm; Angle of His.",
        "Legionella longbeachae and Francisella; Brisbane strain; Hong Kong flu.",
        "Ringer lactate 500 mL; Darrow solution; Hudson mask 10 L.",
        "Apgar 7/9/10; Silverman 4; Ballard 36 weeks.",
        "Wilson's disease, Kayser-Fleischer rings; Leipzig score 5.",
        "BMJ 2022;376:e068302. PMID 35172968.",
        "Pringle manoeuvre 15 min; Kelly clamp; Bookwalter retractor.",
        "Rocky Mountain spotted fever, Lone Star tick; Reye syndrome.",
        "Paris classification 0-IIa; Vienna 4.2; Tokyo guidelines TG18.",
        "Mallory-Denk bodies; Councilman bodies; Rokitansky-Aschoff sinuses.",
        "Hemovac out; Yankauer suction; Robinson drain 20 mL.",
        "Circulation 2018;138:e618. Ann Surg 2004; 240:205-13.",
        "Baltimore Bowel protocol; Seattle protocol biopsies; Prague C2M5.",
        "Grace score 140; Duke treadmill -4; Heart score 6.",
        "Guthrie card, Moro reflex, Wharton jelly, Harlequin sign.",
    ),
}


def handwritten_notes(seed: Seed) -> list[LabelledNote]:
    return [_read(language, marked) for language, marked in NOTES[seed]]


def _read(language: str, marked: str) -> LabelledNote:
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        spans.append((len(text), len(text) + len(mark["text"]), mark["kind"]))
        text += mark["text"]
        at = mark.end()
    return LabelledNote(language, text + marked[at:], tuple(spans))
