"""What every part stands on: errors, files, logs, clocks, workers and conditions. Imports nothing above it."""
