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
    Fanconi Alport Goodpasture Henoch Schonlein Churg Strauss
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
    Veterans Outpatient Emergency Specialist Academic Base Military Memory Pain Skin Eye
    Fracture Diabetes Heart Stroke Sleep Department Service Centre Center This That Another
    Large Small Mental Psychiatric Cancer Cardiology Dermatology In At And Of From To Oncology
    Neurology Rheumatology Medical Care Health Follow Fertility Walk Urgent Home Acute
    Ophthalmology Haematology Hematology Surgical Breast Foot Lung Liver Renal Kidney Clinic
    Hospital
    """.split()
)
