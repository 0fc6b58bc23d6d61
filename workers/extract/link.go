package extract

// LinkOf takes an address on the web apart.
func LinkOf(url string) Link { return linkOf(url) }
