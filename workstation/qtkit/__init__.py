"""What every window needs: tasks, throttles, theme, fonts, icons, screens, notifications, accessible names."""
