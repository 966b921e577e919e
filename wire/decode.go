package wire

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// A decoder parses a frame of one type from its JSON object.
type decoder func(object []byte) (Frame, error)

var clientFrames = map[Type]decoder{
	TypeJoin:    decode[Join],
	TypeChat:    decode[Chat],
	TypeHistory: decode[HistoryRequest],
	TypeSearch:  decode[Search],
	TypePing:    decode[Ping],
}

var serverFrames = map[Type]decoder{
	TypeWelcome:       decode[Welcome],
	TypeRoster:        decode[Roster],
	TypeMessage:       decode[Message],
	TypeAck:           decode[Ack],
	TypeServerMessage: decode[ServerMessage],
	TypeHistory:       decode[History],
	TypeFound:         decode[Found],
	TypeError:         decodeError,
	TypePong:          decode[Pong],
}

// DecodeClient parses a frame that a client sent: a [Join], [Chat], [HistoryRequest], [Search] or [Ping]. Fields that
// its type does not have are ignored. An error is always an [*Error], with code bad_frame or unknown_type; after either
// the stream can be read on. Names and texts are not checked here.
func DecodeClient(object []byte) (Frame, error) {
	if chat, ok := plainChat(object); ok && utf8.ValidString(chat.Text) {
		return chat, nil
	}
	return decodeFrom(clientFrames, object)
}

// DecodeServer is [DecodeClient] for the frames that a server sends: a [Welcome], [Roster], [Message], [Ack],
// [ServerMessage], [History], [Found], [*Error] or [Pong]. What it returns may hold control characters: whoever shows
// it on a terminal makes it harmless first.
func DecodeServer(object []byte) (Frame, error) { return decodeFrom(serverFrames, object) }

func decodeFrom(frames map[Type]decoder, object []byte) (Frame, error) {
	if !utf8.Valid(object) {
		return nil, Errorf(CodeBadFrame, "a frame must be UTF-8")
	}
	var head struct {
		Type Type `json:"type"`
	}
	if err := json.Unmarshal(object, &head); err != nil {
		return nil, badFrame(err)
	}
	if head.Type == "" {
		return nil, Errorf(CodeBadFrame, `a frame must have a "type"`)
	}
	decode, ok := frames[head.Type]
	if !ok {
		return nil, Errorf(CodeUnknownType, "frames of type %.32q are not known here", string(head.Type))
	}
	frame, err := decode(object)
	if err != nil {
		return nil, badFrame(err)
	}
	return frame, nil
}

func decode[F Frame](object []byte) (Frame, error) {
	var frame F
	err := json.Unmarshal(object, &frame)
	return frame, err
}

func decodeError(object []byte) (Frame, error) {
	frame := new(Error)
	err := json.Unmarshal(object, frame)
	return frame, err
}

// badFrame says in a sentence what encoding/json or a field's own rule found wrong.
func badFrame(err error) *Error {
	sentence := "a frame must be one JSON object"
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		sentence = "the field " + wrongType.Field + " can't be a JSON " + wrongType.Value
	case errors.As(err, &wrongType), errors.As(err, &syntax):
	default:
		sentence = err.Error()
	}
	return Errorf(CodeBadFrame, "%s", sentence).WithCause(err)
}
