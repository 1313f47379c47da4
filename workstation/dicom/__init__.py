"""Reading DICOM objects: headers, patients, work items, display sets, structured reports. No pixels."""
