// A record of the class's feed as what the page needs: {kind, id, seat, lesson, at, …}; null for what is none.

const clock = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});

export function readRecord(record) {
  const body = parsed(record.value.text);
  if (!body || !["act", "verdict"].includes(body.kind)) return null;
  const lesson = body.lesson ?? body.exercise?.split(".")[0] ?? "";
  return { answer: "", ...body, lesson };
}

export function clockTime(at) {
  return clock.format(new Date(at));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
