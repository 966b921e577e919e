package command

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"

	"hubbub/repl/internal/render"
)

// What /history shows at the least, unless told otherwise, and at the most, in messages.
const (
	minHistory     = 1
	defaultHistory = 20
	maxHistory     = 1000
)

func help(_ context.Context, room *Room, args string) error {
	if args == "" {
		room.Answer(helpAll(room.Look()))
		return nil
	}
	name := strings.ToLower(strings.TrimPrefix(args, "/"))
	for _, c := range Table() {
		if c.Name == name {
			room.Answer(c.Usage() + "\n" + room.Look().Rows(2, render.Row{Text: c.Help}))
			return nil
		}
	}
	return unknown(name)
}

// helpAll lists the commands below one another.
func helpAll(look render.Renderer) string {
	var rows []render.Row
	for _, c := range Table() {
		rows = append(rows, render.Row{Label: c.Usage(), Text: c.Help})
	}
	const rest = "Everything else is said as it is; //text says a text that starts with a slash."
	return look.Rows(2, rows...) + "\n" + look.Wrap(rest, 2)
}

func who(_ context.Context, room *Room, args string) error {
	if err := noArgs("who", args); err != nil {
		return err
	}
	room.Answer(room.Who())
	return nil
}

func me(ctx context.Context, room *Room, args string) error {
	if args == "" {
		return errorf("/me needs what you do, for example /me waves")
	}
	return room.Say(ctx, render.Action(args))
}

func history(ctx context.Context, room *Room, args string) error {
	n := defaultHistory
	if args != "" {
		var err error
		n, err = strconv.Atoi(args)
		if err != nil || n < minHistory || n > maxHistory {
			return errorf("/history takes how many messages to show, from %d to %d; not %s", minHistory, maxHistory, shown(args))
		}
	}
	return room.answer(room.History(ctx, n))
}

func search(ctx context.Context, room *Room, args string) error {
	return room.answer(room.Search(ctx, args))
}

func save(ctx context.Context, room *Room, args string) error {
	if args == "" {
		return errorf("/save needs the name of a file, for example /save ~/chat.txt or /save chat.jsonl")
	}
	return room.answer(room.Save(ctx, args))
}

// answer shows what one of the room's functions has returned.
func (r *Room) answer(text string, err error) error {
	if err != nil {
		return err
	}
	r.Answer(text)
	return nil
}

func showTime(_ context.Context, room *Room, args string) error {
	on, ok := parseOnOff(args)
	if !ok {
		return errorf("/time takes on or off")
	}
	room.ShowTime(on)
	return nil
}

func multiline(_ context.Context, room *Room, args string) error {
	on, ok := parseOnOff(args)
	if !ok {
		return errorf("/multiline takes on or off")
	}
	return room.Multiline(on)
}

func parseOnOff(args string) (on, ok bool) {
	on = strings.EqualFold(args, "on")
	return on, on || strings.EqualFold(args, "off")
}

func status(ctx context.Context, room *Room, args string) error {
	if err := noArgs("status", args); err != nil {
		return err
	}
	return room.answer(room.Status(ctx))
}

func clearScreen(_ context.Context, room *Room, args string) error {
	if err := noArgs("clear", args); err != nil {
		return err
	}
	room.Clear()
	return nil
}

func sleep(ctx context.Context, _ *Room, args string) error {
	d, err := time.ParseDuration(args)
	if err != nil || d < 0 {
		return errorf("/sleep takes how long to wait, for example 500ms or 2s")
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func wait(ctx context.Context, room *Room, args string) error {
	name, text := args, ""
	if i := strings.IndexFunc(args, unicode.IsSpace); i >= 0 {
		name, text = args[:i], strings.TrimSpace(args[i:])
	}
	name = strings.TrimPrefix(name, "@")
	if name == "" {
		return errorf("/wait needs the name of whom to wait for")
	}
	return room.Wait(ctx, name, text)
}

func quit(_ context.Context, _ *Room, args string) error {
	if err := noArgs("quit", args); err != nil {
		return err
	}
	return ErrQuit
}

func noArgs(name, args string) error {
	if args == "" {
		return nil
	}
	return errorf("/%s takes nothing behind it; /help %s says what it does", name, name)
}
