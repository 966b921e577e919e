package hub

import (
	"golang.org/x/text/secure/precis"

	"hubbub/wire"
)

// normalise returns a name as it is shown and as it is compared: two names with the same key can't be here at once.
// Both follow the username profiles of RFC 8265, which fold width and compose characters, and for the key also fold
// case.
func normalise(name string) (shown, key string, bad *wire.Error) {
	if bad := wire.CheckName(name); bad != nil {
		return "", "", bad
	}
	shown, err := precis.UsernameCasePreserved.String(name)
	if err == nil {
		key, err = precis.UsernameCaseMapped.CompareKey(shown)
	}
	if err != nil {
		return "", "", wire.Errorf(wire.CodeBadName, "the characters of this name can't stand together").WithCause(err)
	}
	if bad := wire.CheckName(shown); bad != nil {
		return "", "", bad
	}
	return shown, key, nil
}
