"""What a reader does to images: state of viewports, linked scrolling, annotations, keys. Pure; no Qt."""
