// Present so that the compiler takes the functions that go:linkname declares without a body.
