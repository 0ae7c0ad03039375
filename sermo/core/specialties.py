"""The closed list of specialties and subspecialties.

Codes are our own slugs. A subspecialty names its parent; a credential line may show the parent
instead.
"""

from __future__ import annotations

# slug, name, parent slug ("" for a specialty)
_LIST: tuple[tuple[str, str, str], ...] = (
    ("addiction", "Addiction medicine", "psychiatry"),
    ("allergy", "Allergy and immunology", ""),
    ("anaesthesia", "Anaesthesiology", ""),
    ("cardiac-anaesthesia", "Cardiac anaesthesia", "anaesthesia"),
    ("obstetric-anaesthesia", "Obstetric anaesthesia", "anaesthesia"),
    ("pain", "Pain medicine", "anaesthesia"),
    ("paediatric-anaesthesia", "Paediatric anaesthesia", "anaesthesia"),
    ("cardiology", "Cardiology", ""),
    ("adult-congenital", "Adult congenital heart disease", "cardiology"),
    ("electrophysiology", "Cardiac electrophysiology", "cardiology"),
    ("heart-failure", "Heart failure and transplant cardiology", "cardiology"),
    ("interventional-cardiology", "Interventional cardiology", "cardiology"),
    ("cardiac-surgery", "Cardiac surgery", ""),
    ("congenital-cardiac-surgery", "Congenital cardiac surgery", "cardiac-surgery"),
    ("clinical-genetics", "Clinical genetics", ""),
    ("clinical-pharmacology", "Clinical pharmacology", "internal"),
    ("colorectal", "Colorectal surgery", "general-surgery"),
    ("critical-care", "Critical care medicine", ""),
    ("dermatology", "Dermatology", ""),
    ("dermatopathology", "Dermatopathology", "dermatology"),
    ("mohs", "Mohs micrographic surgery", "dermatology"),
    ("paediatric-dermatology", "Paediatric dermatology", "dermatology"),
    ("emergency", "Emergency medicine", ""),
    ("prehospital", "Prehospital emergency medicine", "emergency"),
    ("toxicology", "Medical toxicology", "emergency"),
    ("paediatric-emergency", "Paediatric emergency medicine", "emergency"),
    ("endocrinology", "Endocrinology and diabetes", ""),
    ("reproductive-endocrinology", "Reproductive endocrinology", "gynaecology"),
    ("family", "Family medicine", ""),
    ("forensic", "Forensic medicine", "pathology"),
    ("gastroenterology", "Gastroenterology", ""),
    ("hepatology", "Hepatology", "gastroenterology"),
    ("advanced-endoscopy", "Advanced endoscopy", "gastroenterology"),
    ("general-surgery", "General surgery", ""),
    ("bariatric", "Bariatric surgery", "general-surgery"),
    ("breast-surgery", "Breast surgery", "general-surgery"),
    ("endocrine-surgery", "Endocrine surgery", "general-surgery"),
    ("hepatobiliary-surgery", "Hepatobiliary and pancreatic surgery", "general-surgery"),
    ("surgical-oncology", "Surgical oncology", "general-surgery"),
    ("transplant", "Transplant surgery", "general-surgery"),
    ("trauma-surgery", "Trauma surgery", "general-surgery"),
    ("geriatrics", "Geriatric medicine", "internal"),
    ("gynaecology", "Obstetrics and gynaecology", ""),
    ("gynaecologic-oncology", "Gynaecologic oncology", "gynaecology"),
    ("maternal-fetal", "Maternal-fetal medicine", "gynaecology"),
    ("urogynaecology", "Urogynaecology", "gynaecology"),
    ("haematology", "Haematology", ""),
    ("transfusion", "Transfusion medicine", "haematology"),
    ("hand-surgery", "Hand surgery", "orthopaedics"),
    ("hospital", "Hospital medicine", "internal"),
    ("infectious", "Infectious diseases", ""),
    ("tropical", "Tropical medicine", "infectious"),
    ("internal", "Internal medicine", ""),
    ("maxillofacial", "Oral and maxillofacial surgery", ""),
    ("microbiology", "Medical microbiology", "infectious"),
    ("neonatology", "Neonatology", "paediatrics"),
    ("nephrology", "Nephrology", ""),
    ("transplant-nephrology", "Transplant nephrology", "nephrology"),
    ("neurology", "Neurology", ""),
    ("clinical-neurophysiology", "Clinical neurophysiology", "neurology"),
    ("epilepsy", "Epilepsy", "neurology"),
    ("movement-disorders", "Movement disorders", "neurology"),
    ("neurocritical-care", "Neurocritical care", "neurology"),
    ("neuromuscular", "Neuromuscular medicine", "neurology"),
    ("stroke", "Vascular neurology", "neurology"),
    ("neurosurgery", "Neurosurgery", ""),
    ("spine-surgery", "Spine surgery", "neurosurgery"),
    ("nuclear", "Nuclear medicine", "radiology"),
    ("occupational", "Occupational medicine", ""),
    ("oncology", "Medical oncology", ""),
    ("radiation-oncology", "Radiation oncology", "oncology"),
    ("ophthalmology", "Ophthalmology", ""),
    ("cornea", "Cornea and external disease", "ophthalmology"),
    ("glaucoma", "Glaucoma", "ophthalmology"),
    ("neuro-ophthalmology", "Neuro-ophthalmology", "ophthalmology"),
    ("retina", "Retina", "ophthalmology"),
    ("orthopaedics", "Orthopaedic surgery", ""),
    ("foot-ankle", "Foot and ankle surgery", "orthopaedics"),
    ("joint-replacement", "Joint replacement surgery", "orthopaedics"),
    ("paediatric-orthopaedics", "Paediatric orthopaedics", "orthopaedics"),
    ("sports", "Sports medicine", "orthopaedics"),
    ("otolaryngology", "Otolaryngology", ""),
    ("head-neck-surgery", "Head and neck surgery", "otolaryngology"),
    ("otology", "Otology and neurotology", "otolaryngology"),
    ("paediatrics", "Paediatrics", ""),
    ("adolescent", "Adolescent medicine", "paediatrics"),
    ("developmental", "Developmental and behavioural paediatrics", "paediatrics"),
    ("paediatric-cardiology", "Paediatric cardiology", "paediatrics"),
    ("paediatric-critical-care", "Paediatric critical care", "paediatrics"),
    ("paediatric-endocrinology", "Paediatric endocrinology", "paediatrics"),
    ("paediatric-gastroenterology", "Paediatric gastroenterology", "paediatrics"),
    ("paediatric-haematology-oncology", "Paediatric haematology and oncology", "paediatrics"),
    ("paediatric-infectious", "Paediatric infectious diseases", "paediatrics"),
    ("paediatric-nephrology", "Paediatric nephrology", "paediatrics"),
    ("paediatric-neurology", "Paediatric neurology", "paediatrics"),
    ("paediatric-pulmonology", "Paediatric pulmonology", "paediatrics"),
    ("paediatric-rheumatology", "Paediatric rheumatology", "paediatrics"),
    ("paediatric-surgery", "Paediatric surgery", "general-surgery"),
    ("palliative", "Palliative medicine", ""),
    ("pathology", "Pathology", ""),
    ("chemical-pathology", "Chemical pathology", "pathology"),
    ("cytopathology", "Cytopathology", "pathology"),
    ("haematopathology", "Haematopathology", "pathology"),
    ("neuropathology", "Neuropathology", "pathology"),
    ("plastic-surgery", "Plastic and reconstructive surgery", ""),
    ("burns", "Burn surgery", "plastic-surgery"),
    ("preventive", "Public health and preventive medicine", ""),
    ("psychiatry", "Psychiatry", ""),
    ("child-psychiatry", "Child and adolescent psychiatry", "psychiatry"),
    ("forensic-psychiatry", "Forensic psychiatry", "psychiatry"),
    ("geriatric-psychiatry", "Geriatric psychiatry", "psychiatry"),
    ("liaison-psychiatry", "Consultation-liaison psychiatry", "psychiatry"),
    ("pulmonology", "Pulmonology", ""),
    ("interventional-pulmonology", "Interventional pulmonology", "pulmonology"),
    ("sleep", "Sleep medicine", "pulmonology"),
    ("radiology", "Diagnostic radiology", ""),
    ("breast-imaging", "Breast imaging", "radiology"),
    ("interventional-radiology", "Interventional radiology", "radiology"),
    ("musculoskeletal-radiology", "Musculoskeletal radiology", "radiology"),
    ("neuroradiology", "Neuroradiology", "radiology"),
    ("paediatric-radiology", "Paediatric radiology", "radiology"),
    ("rehabilitation", "Physical medicine and rehabilitation", ""),
    ("spinal-cord", "Spinal cord injury medicine", "rehabilitation"),
    ("rheumatology", "Rheumatology", ""),
    ("thoracic-surgery", "Thoracic surgery", ""),
    ("urology", "Urology", ""),
    ("andrology", "Andrology", "urology"),
    ("paediatric-urology", "Paediatric urology", "urology"),
    ("vascular-surgery", "Vascular surgery", ""),
    ("aerospace", "Aviation and space medicine", "occupational"),
    ("hyperbaric", "Undersea and hyperbaric medicine", "occupational"),
)

PARENT: dict[str, str] = {slug: parent for slug, _, parent in _LIST}
CHOICES: list[tuple[str, str]] = sorted(
    ((slug, name) for slug, name, _ in _LIST), key=lambda pair: pair[1]
)
NAMES: dict[str, str] = dict(CHOICES)


def choices() -> list[tuple[str, str]]:
    """`CHOICES`, for model fields: a callable, so that a longer list needs no migration."""
    return CHOICES


def family(slug: str) -> str:
    """The specialty itself, or the parent of a subspecialty."""
    return PARENT.get(slug) or slug


def members_of(slug: str) -> list[str]:
    """The specialty and all its subspecialties."""
    return [slug, *(child for child, parent in PARENT.items() if parent == slug)]


def name(slug: str) -> str:
    """The name to show; the slug itself if it is no longer listed."""
    return NAMES.get(slug, slug)
