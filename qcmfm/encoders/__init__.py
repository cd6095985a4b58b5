"""Pretrained encoders: a photo becomes regions, a caption becomes words."""
