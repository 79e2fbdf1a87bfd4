// The bundled text that every model is run on.

/** Plain sentences of ours, so that losses of different models are comparable in kind (not in value: vocabularies differ). */
export const SAMPLE_TEXT = `Once upon a time there was a small boat on a quiet lake. Every morning a girl named Anna came to the water and \
looked for it. One day the boat was gone. Anna asked the fisherman, but he had not seen it. She walked around the lake and found the boat \
between the reeds, where the wind had pushed it in the night. "There you are," she said, and she was very happy. She pulled the boat back to \
the shore and tied it to a tree with a long rope. Then she went home and told her mother what had happened. Her mother smiled and gave her a \
warm cup of milk. The next day it rained, but the boat was still there.`
