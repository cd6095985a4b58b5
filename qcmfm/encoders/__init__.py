"""Pretrained encoders that turn photos into region vectors and captions into word vectors."""
