"""The makelaar's words in both languages; apart from the portal's catalogues, as another party's would be."""

from __future__ import annotations

TEXTS = {
    "banner": ("Simulatie: dit is geen echte herkenningsmakelaar.", "Simulation: this is no real herkenningsmakelaar."),
    "other_language": ("English", "Nederlands"),
    "choose": ("Kies hoe u wilt inloggen", "Choose how to log in"),
    "choose_intro": (
        "U wilt inloggen bij {provider} voor {service} ({host}). U hebt hiervoor een inlogmiddel nodig van minimaal "
        "niveau {level}.",
        "You want to log in to {provider} for {service} ({host}). For this you need a means of at least level {level}.",
    ),
    "supplier": ("Uw leverancier van eHerkenning", "Your supplier of eHerkenning"),
    "choose_supplier": ("Kies uw leverancier.", "Choose your supplier."),
    "no_means": (
        "Hebt u nog geen inlogmiddel? Vraag het aan op de website van eHerkenning.",
        "No means of logging in yet? Apply for one on the website of eHerkenning.",
    ),
    "remember": ("Onthoud deze keuze", "Remember this choice"),
    "deviation": ("Afwijkend antwoord", "Deviating answer"),
    "deviation_help": (
        "Om te laten zien wat het portaal doet met een bijzonder antwoord, of met een dat niet deugt.",
        "To show what the portal does with an answer out of the ordinary, or with one that is not right.",
    ),
    "answer_normal": ("Geen: een goed antwoord", "None: a good answer"),
    "answer_encrypted_assertion": ("Een goed antwoord, helemaal versleuteld", "A good answer, encrypted as a whole"),
    "answer_branch": (
        "De machtiging geldt voor één vestiging (000012345678)",
        "The mandate is for one branch (000012345678)",
    ),
    "answer_chain": ("Een ketenmachtiging via één organisatie", "A chain of mandates through one organisation"),
    "answer_too_low": ("Het niveau is te laag", "The level is too low"),
    "answer_unknown_level": ("Het niveau bestaat niet", "The level does not exist"),
    "answer_request_denied": ("De makelaar weigert het verzoek", "The makelaar denies the request"),
    "answer_request_unsupported": (
        "De makelaar ondersteunt het verzoek niet",
        "The makelaar does not support the request",
    ),
    "answer_no_authn_context": (
        "De makelaar kan het gevraagde niveau niet leveren",
        "The makelaar cannot give the level asked for",
    ),
    "answer_unknown_principal": ("De makelaar kent de persoon niet", "The makelaar does not know the person"),
    "answer_failed": ("Bij de makelaar ging iets mis", "Something went wrong at the makelaar"),
    "answer_expired": ("Het antwoord is verlopen", "The answer has expired"),
    "answer_too_early": ("Het antwoord is nog niet geldig", "The answer is not valid yet"),
    "answer_other_service": ("Het antwoord is voor een andere dienst", "The answer is for another service"),
    "answer_other_request": ("Het antwoord hoort bij een ander verzoek", "The answer belongs to another request"),
    "answer_other_portal": ("Het antwoord is voor een ander portaal", "The answer is for another portal"),
    "answer_unsigned": ("De verklaring is niet ondertekend", "The assertion is not signed"),
    "answer_other_limit": ("De machtiging heeft een onbekende beperking", "The mandate has an unknown limit"),
    "answer_long_chain": (
        "Een ketenmachtiging via twee organisaties",
        "A chain of mandates through two organisations",
    ),
    "answer_altered": ("Het antwoord is na ondertekening veranderd", "The answer was altered after it was signed"),
    "answer_foreign_key": ("Het antwoord is door een ander ondertekend", "The answer was signed by somebody else"),
    "answer_plain_identity": ("De identiteit is niet versleuteld", "The identity is not encrypted"),
    "answer_other_certificate": (
        "De identiteit is versleuteld voor een ander",
        "The identity is encrypted for somebody else",
    ),
    "answer_two_assertions": ("Er zijn twee verklaringen", "There are two assertions"),
    "answer_no_assertion": ("Er is geen verklaring", "There is no assertion"),
    "answer_nothing": ("Er is geen antwoord", "There is no answer"),
    "answer_out_of_order": (
        "Het antwoord is niet op te halen: de dienst ligt eruit",
        "The answer cannot be fetched: the service is out of order",
    ),
    "posting": ("Terug naar het portaal", "Back to the portal"),
    "posting_intro": (
        "U gaat vanzelf terug naar het portaal. Gebeurt er niets? Klik dan op de knop.",
        "You go back to the portal by yourself. If nothing happens, press the button.",
    ),
    "continue": ("Doorgaan", "Continue"),
    "cancel": ("Annuleren", "Cancel"),
    "login_to": ("Inloggen bij", "Login to"),
    "username_password": ("Gebruikersnaam en wachtwoord", "Username and password"),
    "smartcard": ("Smartcard of USB-token", "Smartcard or USB-token"),
    "smartcard_text": (
        "Steek uw kaart of token in. In deze simulatie logt u in met de gebruikersnaam van het middel.",
        "Insert your card or token. In this simulation you log in with the username of the means.",
    ),
    "username": ("Gebruikersnaam (e-mailadres)", "Username (e-mail address)"),
    "password": ("Wachtwoord", "Password"),
    "wrong_password": (
        "De gebruikersnaam en het wachtwoord horen niet bij elkaar. Probeer het opnieuw.",
        "This username and password do not belong together. Try again.",
    ),
    "forgot": ("Gebruikersnaam of wachtwoord vergeten", "Forgot username or password"),
    "register": ("Geen eHerkenning? Klik hier om het aan te vragen", "No eHerkenning? Click here to register"),
    "help_forgot": (
        "In deze simulatie staan alle gebruikersnamen en wachtwoorden op de beginpagina.",
        "In this simulation all usernames and passwords are on the first page.",
    ),
    "help_register": (
        "In deze simulatie vraagt u geen middel aan: kies een van de verzonnen mensen op de beginpagina.",
        "In this simulation you do not apply: choose one of the invented people on the first page.",
    ),
    "back": ("Terug", "Back"),
    "sms": ("Uw eenmalige sms-code", "Your one-time SMS code"),
    "sms_intro": (
        "Wij hebben een sms gestuurd naar het nummer dat eindigt op {digits}.",
        "We sent a text message to the number that ends in {digits}.",
    ),
    "call_intro": (
        "Wij bellen u op het nummer dat eindigt op {digits} en lezen uw code voor.",
        "We call you on the number that ends in {digits} and read your code.",
    ),
    "open_phone": ("Open de gesimuleerde telefoon (nieuw venster)", "Open the simulated telephone (new window)"),
    "code": ("Code uit de sms", "Code from the text message"),
    "new_code": ("Stuur een nieuwe code per sms", "Send a new code via SMS"),
    "call": ("Bel mij en lees de code voor", "Call me and read the code"),
    "wrong": ("Deze code is niet goed. Probeer het opnieuw.", "This code is not right. Try again."),
    "expired": ("Deze code is verlopen. Vraag een nieuwe aan.", "This code has expired. Ask for a new one."),
    "exhausted": (
        "U hebt te vaak een verkeerde code ingevuld. Vraag een nieuwe aan.",
        "You filled in a wrong code too often. Ask for a new one.",
    ),
    "organisation": ("Voor welke organisatie logt u in?", "Which organisation do you log in for?"),
    "choose_organisation": ("Kies een organisatie.", "Choose an organisation."),
    "kvk": ("KvK-nummer {number}", "Chamber of Commerce number {number}"),
    "phone_of": ("Telefoon {number}", "Telephone {number}"),
    "no_messages": ("Er zijn nog geen berichten.", "There are no messages yet."),
    "sms_message": (
        "Uw code voor eHerkenning is {code}. Hij is 5 minuten geldig.",
        "Your code for eHerkenning is {code}. It is valid for 5 minutes.",
    ),
    "call_message": ("Een stem leest voor: {code}.", "A voice reads: {code}."),
    "reload": ("Ververs deze pagina", "Reload this page"),
    "gone": (
        "Deze inlogpoging is afgelopen. Ga terug naar het portaal en begin opnieuw.",
        "This attempt to log in is over. Go back to the portal and start again.",
    ),
    "to_portal": ("naar het portaal", "to the portal"),
    "bad_request": (
        "Het portaal stuurde een verzoek dat de makelaar niet vertrouwt.",
        "The portal sent a request that the makelaar does not trust.",
    ),
    "home": ("Gesimuleerde herkenningsmakelaar", "Simulated herkenningsmakelaar"),
    "home_intro": (
        "Met deze verzonnen mensen kunt u inloggen. Begin op het portaal:",
        "You can log in as these invented people. Begin at the portal:",
    ),
    "phones": ("Gesimuleerde telefoons", "Simulated telephones"),
    "name": ("Naam", "Name"),
    "level": ("Niveau", "Level"),
    "phone": ("Telefoon", "Telephone"),
    "skip": ("Naar de inhoud", "Skip to the content"),
    "error": ("Fout", "Error"),
}


class Words:
    """The texts in one language: ``words("cancel")``, ``words("kvk", number="99000363")``."""

    def __init__(self, locale: str) -> None:
        self.locale = locale if locale in ("nl", "en") else "nl"

    def __call__(self, name: str, **values: str) -> str:
        dutch, english = TEXTS[name]
        return (english if self.locale == "en" else dutch).format(**values)

    @property
    def other(self) -> str:
        return "nl" if self.locale == "en" else "en"
