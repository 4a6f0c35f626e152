kiosk-welcome = أهلًا بك
