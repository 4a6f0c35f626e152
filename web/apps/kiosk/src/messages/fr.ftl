kiosk-welcome = Bienvenue
