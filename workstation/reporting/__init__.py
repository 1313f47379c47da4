"""Reports: template, draft, checks, canonical report, signature, and rendering to SR, PDF and HL7."""
