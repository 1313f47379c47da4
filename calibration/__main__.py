"""``python -m calibration`` is the `calibration` command."""

from calibration.app.command_line import main

main()
