"""A whole site on loopback: worklist, images, report receivers and accounts, for demonstrations, training and tests.

Imports only `foundation` and `dicom`. Nothing here belongs to the reading application: it is the wire's other side.
"""
