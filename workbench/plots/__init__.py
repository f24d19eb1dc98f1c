"""Live plots. Import the modules after the first paint: they load pyqtgraph."""
