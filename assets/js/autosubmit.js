// A page that only hands the browser on, such as the login request for the makelaar, sends its form by itself.
// Its submit button stays for browsers without scripts.
document.querySelector('form[data-pz-autosubmit]')?.submit();
