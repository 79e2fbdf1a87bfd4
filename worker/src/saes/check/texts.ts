// The bundled text that SAEs are checked on when the user has no dataset: ours, in several registers, because an SAE of a model of the web
// has features that a story alone never fires.

export const BUNDLED_TEXT_NAME = 'bundled text'

export const BUNDLED_TEXT = `Once upon a time there was a little girl named Lily. She loved to play outside in the park with her dog. One day she \
found a small red ball under a tree. "Look!" she said. "Who lost this ball?" Her mother smiled and told her to ask the other children. A boy \
named Tom came running. He was sad, because he had looked for his ball all morning. Lily gave it back to him, and they played together until \
the sun went down. They were very happy, and from that day on they were friends.

The city council voted on Tuesday to close the old bridge over the river for repairs that are expected to last eighteen months. Engineers \
found cracks in three of the twelve supports last autumn, and traffic has been limited to one lane since then. The work will cost about 14 \
million euros, of which the state pays half. Shop owners on the north bank fear for their business; the mayor promised a free bus every ten \
minutes. "We cannot wait any longer," she told reporters after the meeting.

Water boils at 100 degrees Celsius at sea level, but at lower temperatures on high mountains, because the pressure of the air is smaller there. \
A liquid boils when the pressure of its vapour equals the pressure around it. This is why food takes longer to cook at high altitude, and why a \
pressure cooker is faster: it lets the water become hotter than it could in an open pot.

function mean(values) {
  let total = 0
  for (const value of values) total += value
  return values.length > 0 ? total / values.length : NaN
}

Dear Mr Harris, thank you for your letter of 3 March. I am sorry to hear that the lamp you ordered arrived broken. We have sent you a new one \
today, and you will not have to return the old one. Please tell us if we can help in any other way. Yours sincerely, Maria Lopez.

To make the soup, cut two onions and fry them in butter until they are soft. Add four carrots, a litre of stock and a little salt, and let it \
simmer for twenty minutes. Then take it off the heat, blend it, and stir in some cream. Serve it hot with fresh bread.`

/** Tokens of a context of the bundled text. */
export const BUNDLED_CONTEXT = 64
