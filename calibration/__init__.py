"""Display quality control: the authority on whether a monitor may show primary images."""
