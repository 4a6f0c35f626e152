kiosk-welcome = Welcome
