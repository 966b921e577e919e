package wire_test

import (
	"fmt"
	"io"
	"strings"

	"hubbub/wire"
)

func ExampleAppend() {
	fmt.Printf("%s", wire.Append(nil, wire.Chat{Text: "Hello World!", ID: 1}))
	// Output: {"type":"chat","data":"Hello World!","id":1}
}

func ExampleReader() {
	// Two frames of an old client, with nothing between them.
	conn := strings.NewReader(`{"type": "join", "data": "Alice"}{"type": "chat", "data": "Hello World!"}`)
	frames := wire.NewReader(conn)
	for {
		object, err := frames.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			break
		}
		switch frame, err := wire.DecodeClient(object); frame := frame.(type) {
		case wire.Join:
			fmt.Println(frame.Name, "joins")
		case wire.Chat:
			fmt.Println("says", frame.Text)
		default:
			fmt.Println(frame, err)
		}
	}
	// Output:
	// Alice joins
	// says Hello World!
}

func ExampleCheckName() {
	fmt.Println(wire.CheckName("Al ice"))
	// Output: bad_name: a name is made of letters, digits, -, _ and .; it can't have ' ' in it
}
