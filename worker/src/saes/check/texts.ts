// The bundled text that SAEs are checked on when the user has no dataset: ours, in several registers, because an SAE of a model of the web
// has features that a story alone never fires.

/** Passages of the text stand apart: they are its documents. */
export const PASSAGE_END = '\n\n'

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
simmer for twenty minutes. Then take it off the heat, blend it, and stir in some cream. Serve it hot with fresh bread.

"Where have you been?" asked Anna. "At the station," said Paul, "but the train from Lyon did not come." She laughed, put the kettle on and \
moved the cat from his chair. "It never does on Fridays. You should have called me, I would have told you." He shook his head and sat down.

The home team won 3 to 1 on Saturday night after a slow first half. Two goals within four minutes decided the match, the second a long shot \
from the left that the keeper saw too late. It was their fifth win in a row, and they are now second in the table, two points behind.

Let n be a whole number. If n is even, n squared is divisible by 4; if n is odd, n squared leaves the remainder 1 when it is divided by 8. \
So the sum of two odd squares leaves the remainder 2, and it can never be a square itself.

SELECT name, count(*) AS orders
FROM customers JOIN orders ON orders.customer_id = customers.id
WHERE orders.year = 2021
GROUP BY name
ORDER BY orders DESC
LIMIT 10;

The old lighthouse stands at the end of the cape, where the wind never rests. Its lamp was put out forty years ago, when the ships began to \
find their way by other means. Now swallows nest under the iron roof, and on clear evenings people walk there to watch the sea turn red.

The agreement ends on 31 December unless one of the parties renews it in writing at least three months before. Neither party may pass its \
rights on to others without consent. Should one clause be void, the others remain in force.

I bought these shoes two months ago and wear them almost every day. They are light and dry quickly, but the left sole has already come loose \
at the front. The shop sent new laces instead of an answer. Two stars, because they look good.

Cells keep their salt and water in balance by pumps in their membranes. Each pump moves three ions of sodium out and two of potassium in, and \
spends one molecule of ATP for it. Nearly a third of the energy of a resting body goes into this work.

Turn left after the bakery and walk on until you see a yellow house with a green door. The path behind it leads to the lake. It takes about \
twenty minutes; in winter it is icy, so wear good shoes and take a lamp with you.

In 1848 there was unrest in many cities. The price of bread had doubled within two years, and workers who had lost their places to the new \
machines joined the students in the streets. The king promised a constitution in March and took half of it back in November.`

/** Tokens of a context of the bundled text. */
export const BUNDLED_CONTEXT = 64
