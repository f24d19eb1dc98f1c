"""Files of PyTorch (`.pt`, `.pth`, `.bin`) without torch: nothing of them runs."""
