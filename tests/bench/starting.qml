// The start screen as a Qt Quick window; what it shows is what the web page beside it shows.
import QtQuick
import QtQuick.Window
import QtQuick.Layouts

Window {
    id: window
    width: 1280; height: 800; visible: true; color: "#EDF1F6"
    flags: Qt.FramelessWindowHint
    FontLoader { id: regular; source: "fonts/KioskSans-Regular.ttf" }
    FontLoader { id: semi; source: "fonts/KioskSans-SemiBold.ttf" }
    FontLoader { id: bold; source: "fonts/KioskSans-Bold.ttf" }
    FontLoader { id: icons; source: "fonts/KioskIcons.ttf" }
    component Words: Text { font.family: regular.font.family; font.pixelSize: 26; color: "#0F1B2D"; wrapMode: Text.WordWrap }
    component Strong: Words { font.family: semi.font.family; font.weight: Font.DemiBold; font.pixelSize: 28 }
    component Sign: Text { font.family: icons.font.family; font.pixelSize: 42; color: "#1042AE" }
    component Card: Rectangle {
        property string sign; property string title; property string text; property string rest
        color: "white"; radius: 26; Layout.fillWidth: true; Layout.preferredHeight: 106
        Rectangle { x: 18; y: 20; width: 66; height: 66; radius: 18; color: "#DFE9FD"; Sign { anchors.centerIn: parent; text: sign } }
        Strong { x: 104; y: 16; text: title }
        Words { x: 104; y: 56; font.pixelSize: 24; color: "#3A4960"; text: parent.text }
        Strong { anchors { right: parent.right; rightMargin: 20; verticalCenter: parent.verticalCenter } text: rest }
    }
    Words { x: 134; y: 30; font.family: bold.font.family; font.weight: Font.Bold; text: "Shop-floor help" }
    Words { x: 134; y: 66; font.pixelSize: 24; color: "#3A4960"; text: "Packaging · K1" }
    Rectangle { x: 28; y: 28; width: 74; height: 74; radius: 18; color: "#1448BB"; Sign { anchors.centerIn: parent; color: "white"; text: "\u{F0FD3}" } }
    Rectangle { x: 721; y: 37; width: 198; height: 56; radius: 28; color: "#D9F3E5"; Strong { anchors.centerIn: parent; color: "#085A38"; text: "Connected" } }
    Rectangle { x: 935; y: 20; width: 190; height: 90; radius: 45; color: "white"; Strong { anchors.centerIn: parent; text: "English" } }
    Words { x: 1142; y: 40; font.family: bold.font.family; font.weight: Font.Bold; font.pixelSize: 40; text: "12:19" }
    Rectangle {
        x: 28; y: 130; width: 680; height: 346; radius: 36
        gradient: Gradient { orientation: Gradient.Horizontal; GradientStop { position: 0; color: "#1448BB" } GradientStop { position: 1; color: "#0B3589" } }
        Words { x: 44; y: 30; font.family: bold.font.family; font.weight: Font.Bold; font.pixelSize: 68; color: "white"; text: "Report a\nproblem" }
        Rectangle { x: 42; y: 220; width: 204; height: 90; radius: 45; color: "white"; Strong { anchors.centerIn: parent; color: "#1448BB"; text: "Start →" } }
        Words { x: 272; y: 230; width: 330; color: "#EEF4FF"; text: "Touch here. It takes half a minute." }
    }
    Rectangle {
        x: 728; y: 130; width: 524; height: 346; radius: 36; color: "#0F1B2D"
        Sign { anchors.horizontalCenter: parent.horizontalCenter; y: 40; font.pixelSize: 110; color: "white"; text: "\u{F0433}" }
        Strong { anchors.horizontalCenter: parent.horizontalCenter; y: 190; font.pixelSize: 34; color: "white"; text: "Or scan your machine" }
        Words { x: 50; y: 250; width: 424; horizontalAlignment: Text.AlignHCenter; color: "#B9C7DA"; text: "Hold the hand scanner to the label on the machine." }
    }
    ColumnLayout {
        x: 28; y: 496; width: 680; spacing: 12
        Strong { font.pixelSize: 26; color: "#3A4960"; text: "2 open problems here" }
        Card { sign: "\u{F1161}"; title: "Packing line 1"; text: "Delivered to IT"; rest: "11 min" }
        Card { sign: "\u{F1161}"; title: "Packing line 2"; text: "Jana is on the way"; rest: "24 min" }
    }
    ColumnLayout {
        x: 728; y: 546; width: 524; spacing: 12
        Card { sign: "\u{F00ED}"; title: "Updates on the first Sunday"; text: "From 22:00 to 23:00 no labels" }
        Card { sign: "\u{F03F2}"; title: "IT on-call: +49 30 5550 100"; text: "nights and weekends" }
    }
}
