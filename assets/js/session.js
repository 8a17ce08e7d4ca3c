// Warns before the session ends and lets people stay (WCAG 2.2.1). The page carries the texts and addresses.
class SessionGuard {
  constructor(dialog) {
    this.dialog = dialog;
    this.settings = dialog.dataset;
    this.text = dialog.querySelector('[data-pz-text]');
    this.announcer = dialog.querySelector('[role=status]');
    this.problem = dialog.querySelector('[role=alert]');
    dialog.querySelector('[data-pz-stay]').addEventListener('click', () => this.stay());
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.stay();
    });

    // Every tab of this browser shares the session.
    this.tabs = new BroadcastChannel('portaal-sessie');
    this.tabs.addEventListener('message', ({ data }) => (data === 'ended' ? this.leave('ended') : this.restart()));
    for (const form of document.querySelectorAll('form[data-pz-logout]')) {
      form.addEventListener('submit', () => this.tabs.postMessage('ended'));
    }

    this.renewed();
    setInterval(() => this.tick(), 1000);
    // Timers stand still in a laptop that sleeps and in a tab in the background.
    document.addEventListener('visibilitychange', () => this.tick());
  }

  renewed() {
    this.restart();
    this.tabs.postMessage('alive');
  }

  restart() {
    this.end = Date.now() + Number(this.settings.pzSeconds) * 1000;
    this.announced = null;
    this.announcer.textContent = '';
    this.problem.textContent = '';
    if (this.dialog.open) this.dialog.close();
  }

  async stay() {
    const answer = await fetch(this.settings.pzRenew, {
      method: 'POST',
      headers: {
        'X-CSRF-Token': this.dialog.querySelector('[name=csrf_token]').value,
        'X-Requested-With': 'portaal',
      },
      redirect: 'manual',
    }).catch(() => null);
    if (!answer) this.problem.textContent = this.settings.pzUnreachable;
    else if (answer.ok) this.renewed();
    else this.leave('expired');
  }

  leave(reason) {
    location.assign(reason === 'ended' ? this.settings.pzEnded : this.settings.pzExpired);
  }

  tick() {
    const seconds = Math.ceil((this.end - Date.now()) / 1000);
    if (seconds > Number(this.settings.pzWarn)) return;
    if (seconds <= 0) {
      this.leave('expired');
      return;
    }
    const left = SessionGuard.inWords(seconds);
    this.text.textContent = this.text.dataset.pzText.replace('{time}', left);
    if (!this.dialog.open) this.dialog.showModal();
    const moment = [10, 30, 60].find((mark) => seconds <= mark);
    if (moment && moment !== this.announced) {
      this.announced = moment;
      this.announcer.textContent = this.settings.pzAnnouncement.replace('{time}', left);
    }
  }

  static inWords(seconds) {
    const [amount, unit] = seconds > 60 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second'];
    const { lang } = document.documentElement;
    return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
  }
}

const dialog = document.getElementById('pz-sessie');
if (dialog) new SessionGuard(dialog);
