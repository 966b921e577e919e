package terminal

func (t *Terminal) startSearch(k key) rune {
	if t.screen.masked() {
		return 0
	}
	t.search = newSearch(t.cfg.History, t.engine.draft, k.code == keySearchForward)
	t.screen.setSearch(t.search.prompt(), t.search.before.text)
	return 0
}

// continueSearch does what a key says while a search lasts. A key that has nothing to do with it ends the search where
// it stands and is then handled as ever; continueSearch reports false for it.
func (t *Terminal) continueSearch(k key) (rune, bool) {
	s := t.search
	switch k.code {
	case keyText:
		s.add(k.text)
	case keyBackspace:
		s.shorten()
	case keySearchBack, keySearchForward:
		s.again(k.code == keySearchForward, t.lastQuery)
	case keyCancel, keyInterrupt:
		t.endSearch()
		return t.engine.apply(func(draft) draft { return s.before }), true
	case keyEscape:
		t.endSearch()
		return 0, true
	default:
		t.endSearch()
		return 0, false
	}
	if s.failed {
		t.screen.ring()
	}
	t.screen.setSearch(s.prompt(), s.before.text)
	return t.engine.apply(func(draft) draft { return s.found }), true
}

func (t *Terminal) endSearch() {
	if len(t.search.query) > 0 {
		t.lastQuery = t.search.query
	}
	t.search = nil
	t.screen.setSearch("", nil)
}
