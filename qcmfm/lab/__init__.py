"""What a trained circuit does with records, step by step and under noise; numbers, no drawing."""
