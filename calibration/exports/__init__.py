"""Records as documents for others: PDF, CSV, JSON and DICOM; trends with the date on which a limit will be left."""
