"""``python -m workstation`` is the `workstation` command."""

from workstation.app.command_line import main

main()
