kiosk-welcome = Welkom
