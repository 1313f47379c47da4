"""The Grayscale Standard Display Function (PS3.14) and the display LUT built from it: P-value → DDL."""
