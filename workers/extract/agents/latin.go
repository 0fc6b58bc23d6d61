package agents

// Latin folds a name as Fold does and writes Russian letters in Latin ones, so that
// one person's name in two scripts gives one string, endings of cases apart.
func Latin(name string) string { return Fold(transliterate(name, press)) }
