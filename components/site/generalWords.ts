/** For photos that have no words of their own, in a site whose words.json names none for any. */
export const generalWords = "animal; vehicle; furniture; building";
