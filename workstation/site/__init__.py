"""What the installer decides (`SiteProfile`) and what the reader decides (`Preferences`). No secrets in either."""
