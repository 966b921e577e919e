package command_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/repl/internal/command"
	"hubbub/repl/internal/render"
)

// newRoom returns a room that writes down what is done in it.
func newRoom() (*command.Room, *[]string) {
	var did []string
	note := func(format string, args ...any) { did = append(did, fmt.Sprintf(format, args...)) }
	return &command.Room{
		Say:       func(_ context.Context, text string) error { note("say %q", text); return nil },
		Answer:    func(text string) { note("answer %q", text) },
		Who:       func() string { return "everybody" },
		History:   func(_ context.Context, n int) (string, error) { return fmt.Sprintf("%d older", n), nil },
		Search:    func(_ context.Context, words string) (string, error) { return "found " + words, nil },
		Save:      func(_ context.Context, file string) (string, error) { return "saved in " + file, nil },
		Status:    func(context.Context) (string, error) { return "fine", nil },
		Look:      func() render.Renderer { return render.Renderer{} },
		Multiline: func(on bool) error { note("multiline %v", on); return nil },
		ShowTime:  func(on bool) { note("time %v", on) },
		Clear:     func() { note("clear") },
		Wait:      func(_ context.Context, name, text string) error { note("wait %q %q", name, text); return nil },
	}, &did
}

func TestDo(t *testing.T) {
	for _, c := range []struct{ line, did string }{
		{"hello", `say "hello"`},
		{" /who", `say " /who"`},
		{"quit it", `say "quit it"`},
		{"//who", `say "/who"`},
		{"//", `say "/"`},
		{"/usr/bin/ld: cannot find -lfoo", `say "/usr/bin/ld: cannot find -lfoo"`},
		{"/etc/", `say "/etc/"`},
		{"/who", `answer "everybody"`},
		{"/WHO ", `answer "everybody"`},
		{"/me waves", `say "*waves*"`},
		{"/me  runs /usr/bin/ld", `say "*runs /usr/bin/ld*"`},
		{"/me\nwaves", `say "*waves*"`},
		{"/history", `answer "20 older"`},
		{"/history 7", `answer "7 older"`},
		{"/search  hello  World ", `answer "found hello  World"`},
		{"/search", `answer "found "`},
		{"/save ~/my chat.txt", `answer "saved in ~/my chat.txt"`},
		{"/time on", "time true"},
		{"/time OFF", "time false"},
		{"/multiline on", "multiline true"},
		{"/multiline Off", "multiline false"},
		{"/status", `answer "fine"`},
		{"/clear", "clear"},
		{"/wait Bob", `wait "Bob" ""`},
		{"/wait @Bob  how are you", `wait "Bob" "how are you"`},
		{"/help who", `answer "/who\n  Say who is here."`},
		{"/help /Time", `answer "/time on|off\n  Show the time in front of each line, or don't."`},
		{"/sleep 0s", ""},
	} {
		room, did := newRoom()
		if err := command.Do(t.Context(), room, c.line); err != nil {
			t.Errorf("%q: %v", c.line, err)
		}
		if got := strings.Join(*did, "; "); got != c.did {
			t.Errorf("%q: did %s, want %s", c.line, got, c.did)
		}
	}
}

func TestDoSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ line, says string }{
		{"/", "/help lists them"},
		{"/ who", "/help lists them"},
		{"/hlep", "did you mean /help?"},
		{"/hist", "did you mean /history?"},
		{"/whom", "did you mean /who?"},
		{"/exit", "there is no command /exit; /help lists"},
		{"/dance", "//dance sends it as a text"},
		{"/x\x1b[2J", "there is no command /x\ufffd[2j;"},
		{"/" + strings.Repeat("y", 1000), "/" + strings.Repeat("y", 40) + "…;"},
		{"/help dance", "no command /dance"},
		{"/who there", "/who takes nothing behind it"},
		{"/status x", "takes nothing"},
		{"/clear x", "takes nothing"},
		{"/quit now", "takes nothing"},
		{"/me", "/me waves"},
		{"/save", "the name of a file"},
		{"/history all", "from 1 to 1000; not all"},
		{"/history 0", "from 1"},
		{"/history 1001", "to 1000"},
		{"/time", "on or off"},
		{"/time soon", "on or off"},
		{"/multiline", "on or off"},
		{"/sleep", "500ms"},
		{"/sleep -1s", "500ms"},
		{"/wait", "the name of whom"},
	} {
		room, did := newRoom()
		err := command.Do(t.Context(), room, c.line)
		var wrong *command.Error
		if !errors.As(err, &wrong) || !strings.Contains(wrong.Sentence, c.says) {
			t.Errorf("%q: got %v, want %q in it", c.line, err, c.says)
		}
		if len(*did) > 0 {
			t.Errorf("%q: did %q", c.line, *did)
		}
	}
}

func TestQuit(t *testing.T) {
	for _, line := range []string{"quit", "QUIT", " Quit ", "/quit", "/Quit "} {
		room, _ := newRoom()
		if err := command.Do(t.Context(), room, line); !errors.Is(err, command.ErrQuit) || !command.IsQuit(line) {
			t.Errorf("%q: got %v, IsQuit %v", line, err, command.IsQuit(line))
		}
	}
	for _, line := range []string{"quit now", "/quit now", "//quit", "unquit", ""} {
		if command.IsQuit(line) {
			t.Errorf("%q leaves", line)
		}
	}
}

func TestWhatALineIs(t *testing.T) {
	for _, c := range []struct {
		line                   string
		command, multiline, on bool
	}{
		{"hello", false, false, false},
		{"", false, false, false},
		{"//multiline on", false, false, false},
		{"/usr/bin", false, false, false},
		{"/who", true, false, false},
		{"quit", true, false, false},
		{"/multiline", true, false, false},
		{"/multiline ON", true, true, true},
		{"/MULTILINE off", true, true, false},
	} {
		on, multiline := command.IsMultiline(c.line)
		if is := command.IsCommand(c.line); is != c.command || multiline != c.multiline || on != c.on {
			t.Errorf("%q: command %v, multiline %v %v", c.line, is, multiline, on)
		}
	}
}

func TestHelpWrapsAtWords(t *testing.T) {
	room, did := newRoom()
	room.Look = func() render.Renderer { return render.Renderer{Cols: 50} }
	if err := command.Do(t.Context(), room, "/help"); err != nil {
		t.Fatal(err)
	}
	want := `/time on|off         Show the time in front of\n                     each line, or don't.\n`
	if !strings.Contains((*did)[0], want) {
		t.Errorf("got %s", (*did)[0])
	}
}

func TestErrorsOfTheRoomComeBack(t *testing.T) {
	room, _ := newRoom()
	broken := errors.New("broken")
	room.Say = func(context.Context, string) error { return broken }
	room.History = func(context.Context, int) (string, error) { return "", broken }
	room.Search = func(context.Context, string) (string, error) { return "", broken }
	room.Save = func(context.Context, string) (string, error) { return "", broken }
	room.Status = func(context.Context) (string, error) { return "", broken }
	room.Wait = func(context.Context, string, string) error { return broken }
	for _, line := range []string{"hello", "/me waves", "/history", "/search a", "/save a", "/status", "/wait Bob"} {
		if err := command.Do(t.Context(), room, line); !errors.Is(err, broken) {
			t.Errorf("%q: got %v", line, err)
		}
	}
}

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		room, _ := newRoom()
		start := time.Now()
		if err := command.Do(t.Context(), room, "/sleep 1m30s"); err != nil || time.Since(start) != 90*time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := command.Do(ctx, room, "/sleep 1h"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cut short: got %v", err)
		}
	})
}

func TestHelpListsEveryCommand(t *testing.T) {
	room, did := newRoom()
	if err := command.Do(t.Context(), room, "/help"); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq((*did)[0], `\n`) {
		if len(line) > len(`answer "`)+79 {
			t.Errorf("wider than most terminals: %s", line)
		}
	}
	for _, c := range command.Table() {
		if !strings.Contains((*did)[0], c.Usage()) || !strings.Contains((*did)[0], c.Help) {
			t.Errorf("help does not speak of %s", c.Usage())
		}
	}
}

func TestComplete(t *testing.T) {
	names := []string{"Bob", "Alice", "albert", "王小明", "王小红", "b-2"}
	for _, c := range []struct {
		line string // the cursor stands at |
		want command.Completion
	}{
		{"Ali|", command.Completion{Replace: 3, Insert: "Alice: "}},
		{"ALI|", command.Completion{Replace: 3, Insert: "Alice: "}},
		{"hi ali|", command.Completion{Replace: 3, Insert: "Alice "}},
		{"hi ali| there", command.Completion{Replace: 3, Insert: "Alice"}},
		{"ali| there", command.Completion{Replace: 3, Insert: "Alice:"}},
		{"@ali|", command.Completion{Replace: 4, Insert: "@Alice "}},
		{"hi @ali|", command.Completion{Replace: 4, Insert: "@Alice "}},
		{"AL|", command.Completion{List: []string{"albert", "Alice"}}},
		{"@a|", command.Completion{Replace: 2, Insert: "@al"}},
		{"@al|", command.Completion{List: []string{"albert", "Alice"}}},
		{"王|", command.Completion{Replace: 1, Insert: "王小"}},
		{"王小|", command.Completion{List: []string{"王小明", "王小红"}}},
		{"王小红|", command.Completion{Replace: 3, Insert: "王小红: "}},
		{"one\nBo|", command.Completion{Replace: 2, Insert: "Bob "}},
		{"x|", command.Completion{}},
		{"|Ali", command.Completion{List: []string{"albert", "Alice", "b-2", "Bob", "王小明", "王小红"}}},
		{"/wh|", command.Completion{Replace: 3, Insert: "/who "}},
		{"/S|", command.Completion{List: []string{"save", "search", "sleep", "status"}}},
		{"/save ali|", command.Completion{}},
		{"/search ali|", command.Completion{Replace: 3, Insert: "Alice "}},
		{"/usr/b|", command.Completion{}},
		{"//wh|", command.Completion{}},
		{"hi /wh|", command.Completion{}},
		{"/help ti|", command.Completion{Replace: 2, Insert: "time "}},
		{"/help time o|", command.Completion{}},
		{"/time |", command.Completion{Insert: "o"}},
		{"/time o|", command.Completion{List: []string{"off", "on"}}},
		{"/time of|", command.Completion{Replace: 2, Insert: "off "}},
		{"/time on o|", command.Completion{}},
		{"/wait ali|", command.Completion{Replace: 3, Insert: "Alice "}},
		{"/wait Alice bo|", command.Completion{Replace: 2, Insert: "Bob "}},
		{"/me hugs ali|", command.Completion{Replace: 3, Insert: "Alice "}},
		{"/me hugs @ali|", command.Completion{Replace: 4, Insert: "@Alice "}},
	} {
		before, after, _ := strings.Cut(c.line, "|")
		got := command.Complete(before+after, len([]rune(before)), names)
		if got.Replace != c.want.Replace || got.Insert != c.want.Insert || !slices.Equal(got.List, c.want.List) {
			t.Errorf("%q: got %+v, want %+v", c.line, got, c.want)
		}
	}
	if got := command.Complete("Ali", 99, names); got.Insert != "Alice: " {
		t.Errorf("a cursor behind the end: got %+v", got)
	}
	if got := command.Complete("/wait ", 6, nil); len(got.List) > 0 || got.Insert != "" {
		t.Errorf("nobody here: got %+v", got)
	}
}
