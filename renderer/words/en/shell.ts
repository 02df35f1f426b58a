export const shell = {
  title: '{name} ({state}) – Vivarium',
  readingLibrary: 'Reading the library…',
  connecting: 'Connecting to Vivarium…',
  restarted: 'Vivarium was restarted',
  restartedAbout: 'and no longer recognizes this page. Open the address printed in its terminal. Unsaved forms are kept.',
  ended: 'Vivarium has quit.',
  endedAbout:
    'Running machines were saved or stopped according to their settings. Start it again and open the address it prints; unsaved forms are kept.',
  lost: 'Connection lost.',
  lostAbout: 'Vivarium is not responding. Unsaved forms are kept; the window reconnects automatically.',
  reconnect: 'Reconnect now',
} as const;
