"""Lists of words that tell a name from what only looks like one."""

# ruff: noqa: SIM905 - lists of words read as words

from __future__ import annotations

# Capitalised words that stand beside "patient" or a title and are no names.
NO_NAMES = frozenset(
    """
    A An And As At But By For From Has Had He Her His How If In Is It Its No Not Of On Or Our
    She So The Their Then There They This To Was We Were What When Where Which While Who With
    You Your About After All Also Any Are Been Before Being Both Can Could Did Do Does During
    Each Examination Admission Admitted Age Aged Allergies Assessment Background Birth Blood
    Care Case Characteristics Chief Clinical Complaint Complains Complaints Consent Course Data
    Day Denied Denies Department Details Diagnosis Discharge Discharged Discussion Education
    Experience Family Features Female Feels Felt Findings Follow Followed Gave Given Global
    Group Health History Hospital ID Identification Imaging Information Initial Initially
    Investigations Known Lab Laboratory Lives Male Man Management Manager Medical Medication
    Medications Monitoring Name Number Numbers Outcome Outcomes Patient Patients Perspective
    Physical Population Practitioner Presentation Presented Presents Presenting Procedure
    Progress Question Questions Received Record Records Referred Reported Reports Results Review
    Safety Satisfaction Selection Social Specialist Stable Status Summary Surgery Symptoms Test
    Tests Therapy Today Transfer Treated Treatment Underwent Unit Update Vitals Weight Woman
    Consultant Midwife Station Call Student Led Clinic Charge Triage CT MRI ECG EKG ICU ED ER US
    XR CXR PET BP HR RR IV ORL ENT GP OR AKI CKD COPD DVT PE MI HIV HCV HBV TB UTI CBC WBC RBC
    January February March April May June July August September October November December Jan Feb
    Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday Mr Mrs Ms Miss Dr Prof Professor Nurse Sister Mother Father Parents Husband Wife Son
    Daughter Brother Uncle Aunt Baby Boy Girl Street Road Avenue Lane Drive Court Close
    Los Las Grad Hong Kong Surg Intern Oncol Neurol Verdacht Zustand Befund Diagnose Verlauf
    Anamnese Aufnahme Entlassung Raucher
    Controlled Positive Negative Type Stage Grade Score Zero Old Year Years
    """.split()
)

# Names that in a case report are mostly a disease, a sign or a test. Common surnames are left out.
EPONYMS = frozenset(
    """
    Crohn Parkinson Alzheimer Hodgkin Hashimoto Addison Cushing Huntington Marfan Klinefelter
    Raynaud Sjogren Behcet Kawasaki Wegener Takayasu Guillain Barre Barr Meniere Horner Babinski
    Murphy McBurney Rovsing Romberg Glasgow Apgar Wells Pugh Gleason Ranson Kocher Whipple
    Billroth Nissen Heller Virchow Troisier Charcot Kussmaul Cheyne Korsakoff Wernicke Epstein
    Coombs Gram Ziehl Neelsen Giemsa Papanicolaou Pap Doppler Holter Foley Swan Ganz Austin
    Flint Steell Tooth Paget Perthes Osgood Schlatter Colles Salter Garden Bennett Monteggia
    Still Lyme Ebstein Fallot Eisenmenger Wolff Brugada Prader Willi Angelman Duchenne
    Friedreich Lewy Creutzfeldt Jakob Tourette Rett Asperger Kaplan Meier Whitney Ebola Zika
    Lassa Chagas Hansen Pott Mallory Weiss Barrett Boerhaave Zenker Peyer Meckel Hirschsprung
    Kaposi Merkel Ewing Wilms Burkitt Bowen Breslow Spitz Sheehan Liddle Bartter Gitelman
    Fanconi Alport Goodpasture Henoch Schonlein Churg Strauss Fontaine Rutherford Leriche
    Wagner Gustilo Neer Lauge Schatzker Weber Denis Mason Pipkin Vancouver Texas Milan Barcelona
    Rome Prague Boston Bethesda Bosniak Lugano Durie Salmon Binet Rai Sokal Hasford Child Turcotte
    Maddrey Lille Forrest Rockall Blatchford Balthazar Atlanta Marshall Montreal Vienna Truelove
    Witts Mayo Harvey Bradshaw Parks Goodsall Hinchey Alvarado Bishop Ballard Silverman Downes
    Bishops Norton Braden Waterlow Barthel Lawton Brody Katz Karnofsky Zubrod Zarit Yesavage
    Pfeiffer
    Folstein Hamilton Beck Montgomery Asberg Young Conners Hoehn Yahr Webster Rankin Fazekas
    Fisher Hunt Hess Spetzler Simpson Schober Lasegue Bechterew Basedow Horton Blumberg Valsalva
    Trousseau Chvostek Kernig Brudzinski Lhermitte Tinel Phalen Finkelstein Lachman Thompson Thomas
    Trendelenburg Ortolani Barlow Allis Galeazzi Hill Sachs Bankart Jefferson Chance Jones Lisfranc
    Chopart Maisonneuve Segond Hartmann Bricker Roux Puestow Ivor Lewis Frey Beger Kasai Ross
    Bentall
    Fontan Glenn Norwood Blalock Taussig Mustard Senning Jatene Rastelli Cox Dor Batista Duke Jones
    Framingham Killip Forrester Canadian Nugent Schirmer Rose Bengal Schiotz Goldmann Amsler
    Ishihara
    Snellen Jaeger Weber Rinne Dix Hallpike Epley Semont Romberg Unterberger Mallampati Cormack
    Lehane Aldrete Ramsay Richmond Laplace Frank Starling Poiseuille Fick Bohr Haldane Henderson
    Hasselbalch Cockcroft Gault Winter Adrogue Madias Schwartz Wood Kayser Fleischer Jackson Todd
    Bell Hunt Stevens Johnson Lyell Sweet Behcet Dressler Prinzmetal Brown Sequard Wallenberg Weber
    Benedikt Parinaud Argyll Robertson Adie Marcus Gunn Holmes Dandy Walker Chiari Arnold Sturge
    Klippel Feil Rendu Osler Peutz Jeghers Lynch Gardner Turcot Cowden Birt Hogg Dube Fraumeni
    Lindau
    Hippel Recklinghausen Waldenstrom Bence Castleman Rosai Dorfman Erdheim Chester Langerhans
    Sezary
    Gaucher Fabry Pompe Niemann Pick Krabbe Tay Sachs Hunter Hurler Sanfilippo Morquio Wilson Menkes
    Barth Leigh Kearns Sayre Leber Alpers Rasmussen Lennox Gastaut Dravet West Landau Kleffner
    Ohtahara
    Bonnet Capgras Cotard Munchausen Briquet Ganser Fregoli Diogenes Korsakow Wernicke Binswanger
    Ludwig Lemierre Fournier Meleney Pontiac Marburg Coxsackie Norwalk Newcastle Ross Hanta Nipah
    Hendra Crimean Congo Rift Malta Q Schmorl Scheuermann Sever Kohler Freiberg Kienbock Panner
    Dupuytren Peyronie Ledderhose Quervain Baker Morton Haglund Charcot Ehlers Danlos Loeys Dietz
    Noonan Turner Down Edwards Patau DiGeorge Williams Beckwith Wiedemann Silver Russell
    Cornelia Lange
    Rubinstein Taybi Treacher Collins Apert Crouzon Pfeiffer Robin Pierre Goldenhar Moebius
    Bardet Biedl
    Usher Pendred Waardenburg Alstrom Refsum Zellweger Lesch Nyhan Aicardi Gower Gowers Steinert
    Thomsen Becker Emery Dreifuss Eaton Lambert Miller Bickerstaff Devic Balo Schilder Susac Arbor
    """.split()
)

# Common given names of several languages, without accents.
GIVEN_NAMES = frozenset(
    """
    James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel
    Matthew Anthony Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian George Timothy
    Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin
    Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry
    Tyler Aaron Jose Adam Nathan Henry Peter Oliver Harry Simon Martin Alan Ian Graham Stuart
    Colin Keith Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa
    Nancy Betty Sandra Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa
    Deborah Stephanie Rebecca Sharon Laura Cynthia Dorothy Amy Kathleen Angela Shirley Emma
    Brenda Pamela Nicole Anna Samantha Katherine Christine Helen Debra Rachel Carolyn Janet
    Maria Catherine Heather Diane Olivia Julie Joyce Victoria Ruth Virginia Lauren Kelly
    Christina Joan Evelyn Judith Andrea Hannah Jane Alice Sophie Charlotte Lucy Claire Fiona
    Juan Carlos Luis Manuel Francisco Antonio Miguel Javier Pedro Alejandro Fernando Jorge Diego
    Pablo Sergio Alberto Roberto Rafael Andres Carmen Ana Isabel Dolores Pilar Teresa Rosa Lucia
    Elena Cristina Marta Sofia Paula Beatriz Silvia Raquel Jean Pierre Michel Philippe Alain
    Nicolas Christophe Laurent Julien Antoine Guillaume Francois Jacques Nathalie Isabelle
    Sylvie Monique Francoise Veronique Sandrine Celine Aurelie Camille Hans Wolfgang Klaus
    Jurgen Dieter Manfred Uwe Gunter Helmut Stefan Andreas Markus Sebastian Florian Tobias
    Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Gisela Heike
    Birgit Katharina Anja Mohammed Muhammad Ahmed Ali Fatima Aisha Omar Hassan Ibrahim Priya
    Rahul Amit Anita Sunita Raj Wei Ming Giovanni Marco Luca Giulia Francesca Ivan Olga Natalia
    Dmitri Sergei Svetlana Yuki Hiroshi Kenji
    """.split()
)

# What a hospital or clinic may be called without telling which one.
GENERIC_PLACES = frozenset(
    """
    The A An Our Local General University District Regional County Teaching Tertiary Referral
    Community Private Public Rural City Central National Children's Childrens Womens Day Field
    Veterans Royal American European International World Outpatient Emergency Specialist
    Academic Base Military Memory Pain Skin Eye
    Fracture Diabetes Heart Stroke Sleep Department Service Centre Center This That Another
    Large Small Mental Psychiatric Cancer Cardiology Dermatology In At And Of From To Oncology
    Cardiothoracic Trauma Leisure
    Neurology Rheumatology Medical Care Health Follow Fertility Walk Urgent Home Acute
    Ophthalmology Haematology Hematology Surgical Breast Foot Lung Liver Renal Kidney Clinic
    Hospital
    """.split()
)

# After a name these make it a disease, a sign, a score or a thing of the trade.
MEDICAL_NOUNS = frozenset(
    """
    disease diseases syndrome syndromes sign signs test tests score scores scale criteria criterion
    classification system staging stage index murmur phenomenon reflex triad tetrad law manoeuvre
    maneuver procedure operation stain cell cells body bodies fracture hernia point line lines node
    nodes nodule nodules anaemia anemia tumour tumor sarcoma lymphoma palsy paralysis thyroiditis
    arteritis dystrophy atrophy ataxia chorea contracture ulcer ulcers oesophagus esophagus ring
    rings spot spots formula equation catheter tube forceps position gangrene purpura
    encephalopathy neuropathy cardiomyopathy deformity abscess mass lesion lesions disorder
    incision repair shunt stent flap graft technique method model curve valve prosthesis nerve
    canal duct artery vein ligament tendon gland loop crisis pupil tooth virus viruses fever
    bacterium agent strain serotype antigen antibody antibodies protein factor gene mutation
    protocol regimen trial study consensus guideline guidelines recommendations definition
    questionnaire inventory scan solution lactate drain splint cast cyst cysts joint bone canal
    splenomegaly type types grade coma heart outcome depression anxiety aphasia area areas band
    membrane space pouch plexus fascia capsule triangle muscle angle view views projection
    enfermedad maladie krankheit syndrom zeichen reflexe fistula effusion hypothyroidism
    encephalitis meningitis hepatitis nephritis disseminated medium agar broth
    sequence pathway needle clamp retractor rod rods nail plate screw screws frame collar
    bandage boot
    hallucinations hallucination delusion shock nephropathy retinopathy neuritis vasculitis sequelae
    jelly jellies sinus sinuses clip clips suture sutures
    diet water salts lavage reaction method's blot dot transform analysis correction ratio
    """.split()
)

# People who begin a sentence and are not named by it.
ROLES = frozenset(
    """
    mother father parents husband wife son daughter child children boy girl infant baby neighbour
    neighbours neighbor neighbors relatives relative nurse nurses staff surgeon consultant team
    physician physicians doctor doctors everyone nobody both none all many some most others members
    colleagues students participants subjects family families carer carers caregiver guardian he
    she they we you it who patient patients man woman men women adult adults teenager adolescent
    toddler neonate victim driver passenger witness witnesses partner spouse brother sister siblings
    twins friend friends roommate grandmother grandfather aunt uncle madre padre hijo hija esposa
    marido paciente refiere niega
    """.split()
)

TITLES = frozenset(
    """
    Mr Mrs Ms Miss Mx Mister Dr Drs Dra Prof Professor Doctor Sra Srta Senor Senora Don Dona Herr
    Herrn Frau Mme Mlle Monsieur Madame Docteur Doktor Sir Lady Lord Fraulein Familie
    """.split()
)
