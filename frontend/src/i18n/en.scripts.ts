/** Sentences of our own that go through the sounds of English. */
export const enScript: readonly string[] = [
  "Hello, I'm going to let you hear my voice, slowly and clearly.",
  "Thin rain was falling on the quiet street before the first bus came by.",
  "Eight large geese flew over the bridge, and nobody knew where they were going.",
  "Shall we meet at half past seven, in front of the old bakery?",
  "Really? You climbed all the way up there on your own? I can't believe it!",
  "It's all right, there is no hurry. We still have plenty of time.",
  "The sea wind pulled at her wet hair and the edge of her yellow coat.",
  "One thousand seven hundred and twenty-eight, point zero five three.",
  "He hummed a song from his childhood while the water came to a boil.",
  "Thank you for reading to the end. Now sing a line of a song that you love.",
];
